import Fields

extension HealthCheck {
  /// What the checks remember from step to step, as a checkpoint keeps it: a run that is resumed has the same findings as one that was
  /// never interrupted.
  package struct Memory: Codable, Hashable, Sendable {
    fileprivate let findings: [Finding]
    fileprivate let lowestNegative: [Int: Lowest]
    fileprivate let lowest: [Double]
    fileprivate let largestSizes: [Double]
    fileprivate let isDensity: [Bool]
    fileprivate let fronts: [FrontResolution]
    fileprivate let traces: [TraceWatch]
    /// nil in checkpoints of older versions.
    fileprivate let peaks: [PeakResolution]?
  }

  var memory: Memory {
    Memory(
      findings: findings, lowestNegative: lowestNegative, lowest: lowest, largestSizes: largestSizes,
      isDensity: isDensity, fronts: fronts, traces: traces, peaks: peaks)
  }

  /// Continues with the memory of a checkpoint; without one, in checkpoints of older versions, and with one that is not of these
  /// fields, the checks begin anew.
  func restore(_ memory: Memory?, grid: Grid) {
    guard let memory, memory.isSound(fields: lowest.count, grid: grid) else { return }
    findings = memory.findings
    lowestNegative = memory.lowestNegative
    (lowest, largestSizes) = (memory.lowest, memory.largestSizes)
    (isDensity, fronts) = (memory.isDensity, memory.fronts)
    if let known = memory.peaks { peaks = known }
    // A branch may have other equations, and other fields that grow from each other.
    for index in traces.indices {
      if let known = memory.traces.first(where: { $0.isOfSameFields(as: traces[index]) }) {
        traces[index].restore(known)
      }
    }
  }
}

extension HealthCheck.Memory {
  /// Whether all fields and points that it names exist.
  fileprivate func isSound(fields: Int, grid: Grid) -> Bool {
    func isPoint(_ row: Int, _ column: Int) -> Bool {
      (0..<grid.rowCount).contains(row) && (0..<grid.rowLength).contains(column)
    }
    func isFace(_ face: FieldFace) -> Bool {
      grid.axes.indices.contains(face.axis) && isPoint(face.row, face.column)
        && grid.place(row: face.row, column: face.column, along: face.axis).index + 1 < grid.axes[face.axis].points
    }
    return [lowest.count, largestSizes.count, isDensity.count, fronts.count].allSatisfy { $0 == fields }
      && findings.allSatisfy { (0..<fields).contains($0.field) && isPoint($0.row, $0.column) }
      && lowestNegative.allSatisfy { (0..<fields).contains($0.key) && isPoint($0.value.row, $0.value.column) }
      && peaks?.count ?? fields == fields && fronts.allSatisfy { $0.face.map(isFace) ?? true }
  }
}
