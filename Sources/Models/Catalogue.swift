import Documents

/// The published models that come with the program.
package enum Catalogue {
  /// The texts, by name.
  private static let texts: [(name: String, bytes: [UInt8])] = [
    ("fisher-kpp-glioma", PackageResources.fisher_kpp_glioma_json),
    ("gatenby-gawlinski", PackageResources.gatenby_gawlinski_json),
    ("han-he-kuang", PackageResources.han_he_kuang_json),
    ("kirschner-panetta-diffusion", PackageResources.kirschner_panetta_diffusion_json),
    ("kuznetsov-taylor-diffusion", PackageResources.kuznetsov_taylor_diffusion_json),
    ("matzavinos-chaplain-kuznetsov", PackageResources.matzavinos_chaplain_kuznetsov_json),
    ("morselli-immunovirotherapy", PackageResources.morselli_immunovirotherapy_json),
  ]

  package static var names: [String] { texts.map(\.name) }

  /// The text of a model, as it can be copied and changed.
  package static func source(_ name: String) -> SourceText? {
    texts.first { $0.name == name }.map { SourceText(name: "catalogue:\(name)", bytes: $0.bytes) }
  }

  /// A model of the catalogue, or nil if there is none of this name.
  package static func model(_ name: String) throws(Diagnostics) -> Model? {
    guard let source = source(name) else { return nil }
    return try Model(JSONNode.parse(source))
  }
}
