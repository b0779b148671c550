/// Which scheme was chosen on the way, and why.
package struct SchemeChoice: Codable, Hashable, Sendable {
  /// One decision.
  package struct Decision: Codable, Hashable, Sendable {
    package let time: Double
    package let scheme: String
    /// About how long each scheme would take for a unit of time, at the tolerance of the run: nanoseconds per point by
    /// counted work; none for a scheme that cannot do it.
    package let costs: [String: Double]
    /// Schemes whose trial would have taken more than it could save.
    package let untried: [String]

    init(time: Double, scheme: String, costs: [String: Double], untried: [String]) {
      (self.time, self.scheme, self.costs, self.untried) = (time, scheme, costs, untried)
    }

    /// Checkpoints of before have no such list.
    package init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      time = try values.decode(Double.self, forKey: .time)
      scheme = try values.decode(String.self, forKey: .scheme)
      costs = try values.decode([String: Double].self, forKey: .costs)
      untried = try values.decodeIfPresent([String].self, forKey: .untried) ?? []
    }
  }

  /// The latest is in force.
  ///
  /// A decision that changes nothing is not kept.
  package internal(set) var decisions: [Decision] = []
  /// Cost of one step of each candidate when it was tried last, nanoseconds per point.
  var stepCosts: [String: Double] = [:]
  /// Steps since the latest choice or look at the alternatives, that counted and that did not.
  var steps = 0
  var rejections = 0
  /// Steps until the next look; nil for as many as after the first choice.
  var pause: Int?
  /// Whether the solution or its equations have jumped since.
  var isOutdated = true
}
