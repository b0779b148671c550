import Fields

/// Shows another observer the fields with NaN outside the tissue, as files and pictures mark what is missing.
package final class MaskedObserver: Observer {
  private let observer: any Observer
  private let volumes: PointVolumes
  private let shown: FieldSet

  package init(_ observer: any Observer, volumes: PointVolumes, fieldCount: Int) throws(FieldAllocationError) {
    self.observer = observer
    self.volumes = volumes
    shown = try FieldSet(grid: volumes.grid, count: fieldCount)
  }

  package var name: String { observer.name }

  package func observe(_ moment: Moment) throws {
    shown.copy(from: moment.state)
    volumes.clearOutside(shown, to: .nan)
    try observer.observe(
      Moment(time: moment.time, step: moment.step, stepSize: moment.stepSize, state: shown, ledger: moment.ledger))
  }

  package func commit() throws -> Int { try observer.commit() }

  package func cutBack(to extent: Int) throws { try observer.cutBack(to: extent) }
}
