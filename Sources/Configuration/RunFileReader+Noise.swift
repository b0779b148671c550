import Documents
import Expressions
import Models
import TimeStepping

extension RunFileReader {
  /// What noise does not go together with.
  mutating func checkNoise(_ model: Model, _ axes: [String]) {
    let interval = root["time"]?["noise_interval"]
    guard !model.noise.isEmpty else {
      if let interval {
        found.error("there is no noise in the model \(model.name)", at: interval.place, remedy: "leave it out")
      }
      return
    }
    for source in model.noise {
      for change in source.changes {
        checkCoordinates(of: change.amplitude.symbols, "the noise \(source.name)", axes)
      }
    }
    let time = root["time"]
    guard let step = time?["step"]?.number else {
      let place = time?["tolerance"] ?? time?["step"] ?? time
      found.error(
        "a model with noise needs a fixed step: its path is too rough for an error to be estimated",
        at: place?.place ?? root.place.opening, remedy: "give a \"step\", and no \"tolerance\"")
      return
    }
    if let node = interval, let length = node.number, length > 1000 * step {
      found.error(
        "the paths of the noise are known to a millionth of \"noise_interval\", which is too coarse for steps of "
          + JSONText.text(step), at: node.place, remedy: "make it at most \(JSONText.text(1000 * step))")
    }
    if let node = time?["scheme"], node.string == Scheme.rebalancedStrang.name {
      found.error(
        "the scheme \(Scheme.rebalancedStrang.name) goes by earlier steps, which say nothing with noise between them",
        at: node.place, remedy: "use \(Scheme.strang.name), or \(Scheme.etdrk4.name) if a chemical is fast")
    }
  }
}
