import Expressions
import Fields
import Rates

/// Carries out the treatments of a run: which dose comes when, what it does to the fields and to the equations.
///
/// What is due at a time is done just before the step that begins there, so that outputs at that time show the
/// state before it. Infusions and changed parameters belong to the equations, which are made anew.
package final class Regimen {
  package let treatments: [Treatment]
  package private(set) var memory = RegimenMemory()
  package private(set) var equations: Equations
  /// Numbers of the next doses.
  private var next: [Int]
  /// By what they say, with the parameters in force.
  private var conditions: [Expression: DomainCondition] = [:]
  /// What has become of treatments at a time.
  private var moment = Moment(time: -.infinity)
  /// The events that have happened at the time at hand, and of which nothing has followed yet.
  private var happened: Set<String> = []
  /// States a little later, once conditions are looked at just after the time at hand.
  private var later: LaterStates?
  private let doser: Doser
  private let makeEquations: (_ changes: EquationChanges, _ time: Double) throws -> Equations

  private struct Moment {
    let time: Double
    /// The treatments of which a course has begun, or is over.
    var begun: Set<Int> = []
    var over: Set<Int> = []
    /// Those whose condition can set off a course again.
    var rearmed: Set<Int> = []
  }

  /// - Parameters:
  ///   - start: where the run begins; earlier doses are left out.
  ///   - equations: those of the run file.
  ///   - makeEquations: those with some changes, at the time at which they come into force.
  package init(
    _ treatments: [Treatment], start: Double, doser: Doser, equations: Equations,
    makeEquations: @escaping (_ changes: EquationChanges, _ time: Double) throws -> Equations
  ) {
    self.treatments = treatments
    self.doser = doser
    self.equations = equations
    self.makeEquations = makeEquations
    for treatment in treatments where treatment.trigger != nil { memory.triggers[treatment.name] = .init() }
    next = treatments.map { $0.times.firstDose(notBefore: start, from: 0) }
  }

  /// Continues from the state of a run at a time; treatments that it did not have wait for their beginning.
  package func restore(_ memory: RegimenMemory?, at time: Double) throws {
    let names = Set(treatments.map(\.name))
    self.memory.changes = memory?.changes ?? .init()
    conditions = [:]
    // Those under way last as long as their treatment says now.
    self.memory.changes.infusions = self.memory.changes.infusions.compactMap { ongoing in
      let infusion = treatments.first { $0.name == ongoing.treatment }?.infusion
      return infusion.map {
        .init(treatment: ongoing.treatment, start: ongoing.start, end: ongoing.start + $0.duration)
      }
    }
    self.memory.triggers.merge((memory?.triggers ?? [:]).filter { names.contains($0.key) }) { $1 }
    let done = memory?.carriedOut.flatMap { $0.time == time ? Set($0.treatments) : nil } ?? []
    self.memory.carriedOut = memory?.carriedOut
    self.memory.given = memory?.given
    self.memory.overlaps = memory?.overlaps?.filter { names.contains($0.key) }
    let begun = memory?.carriedOut.flatMap { $0.time == time ? Set($0.begun ?? []) : nil } ?? []
    moment = Moment(time: time, begun: Set(treatments.indices.filter { begun.contains(treatments[$0].name) }))
    next = treatments.indices.map { index in
      guard let origin = origin(index) else { return 0 }
      let (times, isDone) = (treatments[index].times, done.contains(treatments[index].name))
      var next = times.firstDose(notBefore: time, from: origin)
      while isDone, let dose = times.time(ofDose: next, from: origin), DoseTimes.isReached(dose, at: time) { next += 1 }
      return next
    }
    if !self.memory.changes.isEmpty { equations = try makeEquations(self.memory.changes, time) }
  }

  /// What the times of the course under way are counted from; nil if there is none.
  private func origin(_ index: Int) -> Double? {
    treatments[index].trigger == nil ? 0 : memory.triggers[treatments[index].name]?.origin
  }

  /// Makes the equations anew, with other propagators for some more fields.
  func changePropagators(_ correction: BoundsCorrection, at time: Double) throws {
    if !correction.sharp.isEmpty {
      memory.changes.sharpFields = (memory.changes.sharpFields ?? []) + correction.sharp
    }
    if !correction.emptied.isEmpty {
      memory.changes.emptiedFields = (memory.changes.emptiedFields ?? []) + correction.emptied
    }
    if !correction.decays.isEmpty {
      memory.changes.decays = (memory.changes.decays ?? [:]).merging(correction.decays) { $1 }
    }
    equations = try makeEquations(memory.changes, time)
  }

  // MARK: Known times

  /// Adds the times of doses to come, of the ends of infusions, at which the time alone changes a condition, and those of the equations.
  func addTimes(to known: inout KnownTimes) throws {
    for (index, treatment) in treatments.enumerated() {
      if let origin = origin(index) { known.add(.dose, DoseCourse(treatment.times, from: origin, first: next[index])) }
      guard watchedMemory(index) != nil, let conditions = try conditions(index) else { continue }
      known.add(.conditionOnTime, conditions.condition.switches)
      if let rearming = conditions.rearming { known.add(.conditionOnTime, rearming.switches) }
    }
    for infusion in memory.changes.infusions { known.add(.endOfInfusion, infusion.end) }
    known.add(.jump, equations.jumps)
    if let time = equations.delays?.history.nextBreak { known.add(.delayBreak, time) }
  }

  // MARK: Conditions

  /// Whether some course begins with a condition.
  var waits: Bool { treatments.contains { $0.trigger != nil } }

  /// What may happen inside of a step: a condition sets off a course, or can do so again.
  var stateEvents: [StateEvent] {
    get throws { try treatments.indices.compactMap(stateEvent) }
  }

  private func stateEvent(_ index: Int) throws -> StateEvent? {
    guard let memory = watchedMemory(index), let conditions = try conditions(index) else { return nil }
    let treatment = treatments[index]
    if memory.isArmed { return StateEvent(EventName.dose(treatment), [(conditions.condition, expected: true)]) }
    let isHeld = memory.isHeld ?? false
    let ends = [(conditions.rearming, expected: !isHeld), (conditions.condition, expected: false)]
    let parts = ends.compactMap { condition, expected in condition.map { ($0, expected: expected) } }
    return isHeld
      ? StateEvent(EventName.hold(treatment), parts) : StateEvent(EventName.pause(treatment), [parts[0]])
  }

  /// Names of what may happen.
  private enum EventName {
    /// A condition sets off a course.
    static func dose(_ treatment: Treatment) -> String { "dose of \(treatment.name)" }
    /// A condition can do so again.
    static func pause(_ treatment: Treatment) -> String { "pause of \(treatment.name)" }
    /// One of two conditions that held together ceases to hold.
    static func hold(_ treatment: Treatment) -> String { "hold of \(treatment.name)" }
  }

  /// Of a treatment whose condition can set off a course, now or as soon as it is armed again.
  private func watchedMemory(_ index: Int) -> RegimenMemory.TriggerMemory? {
    guard let trigger = treatments[index].trigger, let memory = memory.triggers[treatments[index].name],
      memory.isArmed || !trigger.isOnce && memory.origin == nil
    else { return nil }
    return memory
  }

  private func isTriggered(_ index: Int, by state: FieldSet, at time: Double) throws -> Bool {
    guard memory.triggers[treatments[index].name]?.isArmed ?? false else { return false }
    if happened.remove(EventName.dose(treatments[index])) != nil { return true }
    guard let condition = try conditions(index)?.condition else { return false }
    // Of what can set off a course from this time on, what holds at this time alone counts no more.
    if condition.switches.isJump(time), later != nil || moment.rearmed.contains(index) {
      return try holdsJustAfter(condition, state, at: time)
    }
    return try condition.holdsOnArrival(for: state, at: time)
  }

  /// Whether a condition holds just after a time by the time alone; not before all that is due at that time has been done.
  private func holdsJustAfter(_ condition: DomainCondition, _ state: FieldSet, at time: Double) throws -> Bool {
    guard let later else { return false }
    return try condition.holdsJustAfter(for: state, at: time, later: later)
  }

  /// Arms a condition whose course is over, if it may set off another from this time on.
  ///
  /// Where it holds together with what arms it already at the end of its course, one of them has to cease to hold first: else one course
  /// would follow on the other without any time in between.
  private func rearm(_ index: Int, by state: FieldSet, at time: Double) throws {
    let name = treatments[index].name
    guard let memory = watchedMemory(index), !memory.isArmed, let conditions = try conditions(index) else { return }
    func holds(_ condition: DomainCondition) throws -> Bool { try condition.holds(for: state, at: time, .after) }
    if happened.remove(EventName.pause(treatments[index])) != nil {
      self.memory.triggers[name]?.isArmed = true
      moment.rearmed.insert(index)
      return
    }
    let condition = try holds(conditions.condition)
    // What arms it may hold at this time alone.
    let isReady =
      try conditions.rearming.map {
        let isJustAfter = try holdsJustAfter($0, state, at: time)
        return try isJustAfter || $0.holdsOnArrival(for: state, at: time)
      } ?? !condition
    let mustWait = isReady && condition && (moment.over.contains(index) || memory.isHeld ?? false)
    self.memory.triggers[name]?.isHeld = mustWait ? true : nil
    if isReady, !mustWait {
      self.memory.triggers[name]?.isArmed = true
      moment.rearmed.insert(index)
    }
  }

  private struct TriggerConditions {
    let condition: DomainCondition
    let rearming: DomainCondition?
  }

  private func conditions(_ index: Int) throws -> TriggerConditions? {
    try treatments[index].trigger.map {
      TriggerConditions(condition: try condition($0.condition), rearming: try $0.rearming.map(condition))
    }
  }

  /// A condition with the parameters in force.
  package func condition(_ expression: Expression) throws -> DomainCondition {
    if let known = conditions[expression] { return known }
    let made = try doser.condition(expression, changed: memory.changes.parameters)
    conditions[expression] = made
    return made
  }

  // MARK: Doses

  /// Does all that is due at a time: ends infusions, arms conditions, begins courses, gives doses, in the order of the run file.
  ///
  /// - Parameter happened: the events that have happened at this time, whether or not the state, which is rounded, shows it.
  /// - Returns: whether anything was done that changes the state or its equations.
  package func carryOut(_ state: FieldSet, at time: Double, happened: Set<String> = []) throws -> Bool {
    self.happened = happened
    defer { self.happened = [] }
    var isTreated = false
    if moment.time != time { moment = Moment(time: time) }
    while try carryOutOnce(state, at: time) { isTreated = true }
    guard isTreated else { return false }
    for index in treatments.indices { try rearm(index, by: state, at: time) }
    noteCarriedOut(at: time)
    return true
  }

  /// Begins courses whose conditions hold just after a time by the time alone, and gives their doses.
  ///
  /// - Parameters:
  ///   - state: after all that is due at that time.
  ///   - later: as in `DomainCondition.holdsJustAfter`.
  /// - Returns: whether anything was done that changes the state or its equations.
  func carryOutJustAfter(_ state: FieldSet, at time: Double, later: @escaping LaterStates) throws -> Bool {
    let isAsked = try treatments.indices.contains { index in
      guard watchedMemory(index) != nil, let conditions = try conditions(index) else { return false }
      return [conditions.condition, conditions.rearming].contains { $0?.switches.isJump(time) ?? false }
    }
    guard isAsked else { return false }
    self.later = later
    defer { self.later = nil }
    return try carryOut(state, at: time)
  }

  /// Takes note that all that is due at a time has been done.
  func noteCarriedOut(at time: Double) {
    let begun = moment.time == time ? moment.begun.sorted().map { treatments[$0].name } : []
    memory.carriedOut = .init(time: time, treatments: treatments.map(\.name), begun: begun)
  }

  /// Whether what is due at a time has been done.
  func isCarriedOut(at time: Double) -> Bool { memory.carriedOut?.time == time }

  /// Conditions that a dose, or a quasi-steady field of the new equations, makes come true are evaluated once more.
  private func carryOutOnce(_ state: FieldSet, at time: Double) throws -> Bool {
    let before = memory.changes
    memory.changes.infusions.removeAll { DoseTimes.isReached($0.end, at: time) }
    var doses = 0
    while true {
      let given = doses
      for index in treatments.indices {
        try begin(index, state, at: time)
        doses += try give(index, state, at: time)
      }
      // A dose can make the condition of another treatment come true.
      if doses == given { break }
    }
    let isChanged = memory.changes != before
    if isChanged { equations = try makeEquations(memory.changes, time) }
    guard isChanged || doses > 0 else { return false }
    try equations.quasiSteady?.settle(state, time: time)
    return true
  }

  /// Begins a course if its condition holds; of each treatment one at a time.
  private func begin(_ index: Int, _ state: FieldSet, at time: Double) throws {
    guard !moment.begun.contains(index) else { return }
    try rearm(index, by: state, at: time)
    guard try isTriggered(index, by: state, at: time) else { return }
    moment.begun.insert(index)
    let name = treatments[index].name
    memory.triggers[name]?.origin = time
    memory.triggers[name]?.isArmed = false
    memory.triggers[name]?.courses += 1
    next[index] = 0
  }

  /// Takes note of a dose.
  private func note(
    _ treatment: Treatment, at time: Double, from before: [String: Double], to after: [String: Double],
    _ parameters: [String: Double]
  ) {
    let set = treatment.changes.compactMap { change in
      if case .parameter(let name) = change.target { name } else { nil }
    }
    memory.given = memory.given ?? GivenDoses()
    memory.given?.add(
      GivenDose(
        treatment: treatment.name, time: time, added: after.merging(before) { $0 - $1 },
        parameters: parameters.filter { set.contains($0.key) }, end: treatment.infusion.map { time + $0.duration }))
  }

  /// Gives the doses of a treatment that are due.
  private func give(_ index: Int, _ state: FieldSet, at time: Double) throws -> Int {
    guard let origin = origin(index) else { return 0 }
    let treatment = treatments[index]
    var doses = 0
    while let due = treatment.times.time(ofDose: next[index], from: origin), DoseTimes.isReached(due, at: time) {
      let before = doser.amounts(treatment, in: state)
      let parameters = try doser.give(treatment, to: state, at: time, changed: memory.changes.parameters)
      note(treatment, at: time, from: before, to: doser.amounts(treatment, in: state), parameters)
      if parameters != memory.changes.parameters {
        memory.changes.parameters = parameters
        conditions = [:]
      }
      if let infusion = treatment.infusion {
        let isOverlap = memory.changes.infusions.contains { $0.treatment == treatment.name && $0.start < origin }
        if treatment.trigger != nil, isOverlap, memory.overlaps?[treatment.name] == nil {
          memory.overlaps = (memory.overlaps ?? [:]).merging([treatment.name: time]) { $1 }
        }
        memory.changes.infusions.append(
          .init(treatment: treatment.name, start: time, end: time + infusion.duration))
      }
      next[index] += 1
      doses += 1
    }
    if treatment.trigger != nil, treatment.times.time(ofDose: next[index], from: origin) == nil {
      memory.triggers[treatment.name]?.origin = nil
      moment.over.insert(index)
    }
    return doses
  }
}
