import Fields
import Synchronization

/// How much each observer had taken at a time, by its name.
final class OutputMarks: Sendable {
  let extents = Mutex<[String: Int]>([:])
}

/// What the observers have taken and what they have written, for the checkpoints.
extension Simulation {
  /// How much the observers have taken up to now, found when its turn to be written has come.
  func makeMarks() -> OutputMarks {
    let (marks, looking) = (OutputMarks(), observers.map(\.observer))
    writer.write(KeptFields(in: copies)) {
      let extents = looking.map { ($0.name, $0.unwritten.reduce($0.extent) { $0 + $1.extent }) }
      marks.extents.withLock { $0 = Dictionary(uniqueKeysWithValues: extents) }
    }
    return marks
  }

  /// Writes what the observers have taken, and says whether something waits; to be done where everything is written.
  var settleObservers: BackgroundWriter.Settling {
    let observers = observers.map(\.observer)
    return { [writer] in
      for observer in observers { do { try observer.settle() } catch { writer.record(error) } }
      return observers.contains { !$0.unwritten.isEmpty }
    }
  }

  /// Makes what the observers have written last, and says how much that is and what they could not write.
  ///
  /// To be done when its turn to be written has come. What fails is remembered by the writer.
  package var commitObservers: () -> OutputAccount {
    let (observers, marks) = (observers.map(\.observer), stepStart?.marks ?? marksBeforeEnd)
    return { [writer] in
      for observer in observers { do { try observer.commit() } catch { writer.record(error) } }
      var account = OutputAccount()
      for observer in observers {
        let limit = marks?.extents.withLock { $0[observer.name] } ?? Int.max
        var extent = observer.extent
        account.extents[observer.name] = min(extent, limit)
        for output in observer.unwritten where extent < limit {
          account.unwritten[observer.name, default: []].append(output)
          extent += output.extent
        }
      }
      return account
    }
  }

  /// Writes what the observers have taken, and makes it last.
  var commitAll: Writing {
    let observers = observers.map(\.observer)
    return {
      var failure: (any Error)?
      for observer in observers { do { try observer.commit() } catch { failure = failure ?? error } }
      if let failure { throw failure }
    }
  }
}
