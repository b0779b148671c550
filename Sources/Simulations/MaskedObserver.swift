import Fields

/// Shows another observer the fields with NaN outside the tissue, as files and pictures mark what is missing.
package final class MaskedObserver: Observer {
  private let observer: any Observer
  private let volumes: PointVolumes

  package init(_ observer: any Observer, volumes: PointVolumes) {
    self.observer = observer
    self.volumes = volumes
  }

  package var name: String { observer.name }

  package func observe(_ moment: Moment) throws -> Writing {
    let shown = try FieldSet(copying: moment.state)
    volumes.clearOutside(shown, to: .nan)
    moment.fields.adopt(shown)
    return try observer.observe(
      Moment(
        time: moment.time, step: moment.step, stepSize: moment.stepSize, state: shown, fields: moment.fields,
        ledger: moment.ledger))
  }

  package func settle() throws { try observer.settle() }

  package func commit() throws { try observer.commit() }

  package var extent: Int { observer.extent }

  package var unwritten: [UnwrittenOutput] { observer.unwritten }

  package func take(_ unwritten: UnwrittenOutput) { observer.take(unwritten) }

  package func cutBack(to extent: Int) throws { try observer.cutBack(to: extent) }
}
