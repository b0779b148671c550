/// Places at least `distance` apart, in the same order and near to `wanted`, which is ascending.
package func spread(_ wanted: [Double], distance: Double, within limits: ClosedRange<Double>) -> [Double] {
  var places = wanted
  for i in places.indices.dropFirst() { places[i] = max(places[i], places[i - 1] + distance) }
  var limit = max(limits.upperBound, limits.lowerBound + distance * Double(places.count - 1))
  for i in places.indices.reversed() {
    places[i] = min(places[i], limit)
    limit = places[i] - distance
  }
  return places
}
