/// The candidate that a person most likely meant by `word`, or nil if none is near.
///
/// Near means at most one edit for up to 4 letters, two for up to 8, three beyond, and for a single letter the other
/// case only; an edit inserts, deletes or replaces a letter or swaps two neighbors (Damerau–Levenshtein, optimal string
/// alignment); case counts as half an edit. Words of more than 100 bytes have no near spelling, so that hostile input
/// costs no time.
package func nearestSpelling(of word: String, among candidates: some Sequence<String>) -> String? {
  guard word.utf8.count <= 100 else { return nil }
  let limit = word.count <= 1 ? 1 : word.count <= 4 ? 2 : word.count <= 8 ? 4 : 6
  var best: (distance: Int, candidate: String)?
  for candidate in candidates where candidate != word {
    let distance = editDistance(Array(word), Array(candidate), limit: limit)
    if distance <= limit, best.map({ distance < $0.distance }) ?? true { best = (distance, candidate) }
  }
  return best?.candidate
}

/// Twice the number of edits between two words, or `limit + 1` if it is more than `limit`.
private func editDistance(_ a: [Character], _ b: [Character], limit: Int) -> Int {
  guard abs(a.count - b.count) * 2 <= limit else { return limit + 1 }
  var beforeLast = [Int](repeating: 0, count: b.count + 1)
  var last = (0...b.count).map { $0 * 2 }
  for i in a.indices {
    var row = [(i + 1) * 2]
    for j in b.indices {
      let same = a[i] == b[j] ? 0 : a[i].lowercased() == b[j].lowercased() ? 1 : 2
      var cost = min(last[j] + same, last[j + 1] + 2, row[j] + 2)
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforeLast[j - 1] + 2) }
      row.append(cost)
    }
    (beforeLast, last) = (last, row)
  }
  return last[b.count]
}
