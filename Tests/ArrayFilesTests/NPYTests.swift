import ArrayFiles
import Testing

struct NPYTests {
  struct Case: Sendable {
    let type: String
    let body: [UInt8]
    let values: [Double]
  }

  static let cases =
    [
      Case(type: "|b1", body: [0, 1], values: [0, 1]), Case(type: "|i1", body: [0xFF, 5], values: [-1, 5]),
      Case(type: "|u1", body: [0xFF, 5], values: [255, 5]),
    ]
    + [false, true].flatMap { big in
      let order = big ? ">" : "<"
      return [
        Case(type: order + "i2", body: Int16(-300).bytes(big: big) + Int16(7).bytes(big: big), values: [-300, 7]),
        Case(type: order + "u2", body: UInt16(65535).bytes(big: big) + UInt16(7).bytes(big: big), values: [65535, 7]),
        Case(type: order + "i4", body: Int32(-70000).bytes(big: big) + Int32(7).bytes(big: big), values: [-70000, 7]),
        Case(
          type: order + "u4", body: UInt32.max.bytes(big: big) + UInt32(7).bytes(big: big), values: [4294967295, 7]),
        Case(type: order + "i8", body: Int64(-5).bytes(big: big) + Int64.min.bytes(big: big), values: [-5, -0x1p63]),
        Case(type: order + "u8", body: UInt64(5).bytes(big: big) + UInt64.max.bytes(big: big), values: [5, 0x1p64]),
        Case(
          type: order + "f2", body: UInt16(0x3C00).bytes(big: big) + UInt16(0xC200).bytes(big: big), values: [1, -3]),
        Case(
          type: order + "f4", body: Float(0.5).bitPattern.bytes(big: big) + Float(-2).bitPattern.bytes(big: big),
          values: [0.5, -2]),
        Case(
          type: order + "f8", body: 0.1.bitPattern.bytes(big: big) + 1e300.bitPattern.bytes(big: big),
          values: [0.1, 1e300]),
      ]
    }

  @Test(arguments: cases)
  func everyTypeOfNumbersIsRead(example: Case) throws {
    for version in 1...3 {
      let array = try read(npy(example.type, "(2,)", example.body, version: UInt8(version)))
      #expect(array.shape == [2] && array.values == example.values)
    }
  }

  @Test func theOrderOfFortranIsTurnedRound() throws {
    #expect(try read(npy("|u1", "(2, 3)", [1, 2, 3, 4, 5, 6], fortran: "True")).values == [1, 3, 5, 2, 4, 6])
    let deep = try read(npy("|u1", "(2, 2, 3)", Array(0..<12), fortran: "True"))
    #expect(deep.shape == [2, 2, 3] && deep.values == [0, 4, 8, 2, 6, 10, 1, 5, 9, 3, 7, 11])
  }

  @Test func theFirstRowStaysTheFirst() throws {
    let array = try read(npy("|u1", "(2, 2)", [1, 2, 3, 4]))
    #expect(array.shape == [2, 2] && array.values == [1, 2, 3, 4])
  }

  @Test func leadingAxesOfLengthOneAreDroppedIfThereAreTooMany() throws {
    #expect(try read(npy("|u1", "(1, 1, 1, 2, 1)", [1, 2])).shape == [1, 2, 1])
    #expect(try read(npy("|u1", "(1, 2)", [1, 2])).shape == [1, 2])
  }

  static let refusals: [(String, [UInt8])] = [
    ("holds complex numbers, not real ones", npy("<c16", "(1,)", [])),
    ("holds Python objects, not numbers", npy("|O", "(1,)", [])),
    ("holds text, not numbers", npy("<U4", "(1,)", [])),
    ("holds text, not numbers", npy("|S4", "(1,)", [])),
    ("holds times, not numbers", npy("<M8[s]", "(1,)", [])),
    ("holds raw bytes, not numbers", npy("|V4", "(1,)", [])),
    ("holds numbers of the type \"<f16\", which cannot be read", npy("<f16", "(1,)", [])),
    ("holds numbers of the type \"x\", which cannot be read", npy("x", "(1,)", [])),
    (
      "holds records of several numbers, not numbers",
      npy(header: "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,), }", [])
    ),
    ("holds a single number, not an array", npy("|u1", "()", [1])),
    ("holds an array with 4 axes; 1 to 3 can be read", npy("|u1", "(2, 1, 1, 1)", [1, 2])),
    ("holds no values: its size is 3 × 0", npy("|u1", "(3, 0)", [])),
    ("is cut short: 3 of 4 bytes of numbers are there", npy("|u1", "(2, 2)", [1, 2, 3])),
    ("goes on for 1 bytes after its numbers", npy("|u1", "(2,)", [1, 2, 3])),
    ("has 16384 × 16385 values, more than the limit of 268435456", npy("|u1", "(16384, 16385)", [])),
    (
      "has 4294967296 × 4294967296 values, more than the limit of 268435456",
      npy("|u1", "(4294967296, 4294967296)", [])
    ),
    ("has a damaged NPY header", npy("|u1", "(99999999999999999999,)", [])),
    ("has a damaged NPY header", npy("|u1", "(-2,)", [])),
    ("has a damaged NPY header", npy("|u1", "(2)", [1, 2])),
    ("has a damaged NPY header", npy("|u1", "(2,)", [1, 2], fortran: "Maybe")),
    ("has a damaged NPY header", npy(header: "{'descr': '|u1', 'shape': (1,)}", [1])),
    ("has a damaged NPY header", npy(header: "{'descr': '|u1', 'descr': '|u1', 'shape': (1,)}", [1])),
    ("is of NPY version 4.0; 1.0, 2.0 and 3.0 can be read", npy("|u1", "(1,)", [1], version: 4)),
    ("is cut short in its header", Array(npy("|u1", "(1,)", [1]).prefix(30))),
    ("is cut short in its header", Array(npy("|u1", "(1,)", [1]).prefix(8))),
    (
      "has a header of 70000 bytes, more than the limit of 65536",
      npy(header: String(repeating: " ", count: 70000), [], version: 2)
    ),
    (
      "holds a value that is not a finite number at [1, 0]",
      npy("<f4", "(2, 2)", [Float(0), 1, .nan, .infinity].flatMap { $0.bitPattern.bytes() })
    ),
  ]

  @Test(arguments: refusals)
  func whatIsWrongIsSaid(sentence: String, bytes: [UInt8]) throws {
    #expect(try problem(bytes) == sentence)
  }
}
