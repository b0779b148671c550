import Documents
import Testing

@Suite struct JSONSchemaTests {
  @Test func schemaOfTheSampleIsThisDraft7Text() {
    let schema = sample.jsonSchema(id: "https://example.org/sample.schema.json", title: "Sample")
    #expect(schema.pretty == expected)
  }

  @Test func alternativesOfEqualKindBecomeAnyOf() {
    let schema = Schema.either([.string(), .string(format: "path"), .number()]).jsonSchema(id: "i", title: "t")
    #expect(schema["type"] == nil)
    #expect(schema["anyOf"]?.compact == #"[{"type":"string"},{"type":"string","format":"path"},{"type":"number"}]"#)
  }

  @Test func boundsAreWrittenAsTheyAre() {
    func written(_ schema: Schema) -> [String: JSONText] {
      guard case .object(let members) = schema.jsonSchema(id: "i", title: "t") else { return [:] }
      return Dictionary(uniqueKeysWithValues: members.dropFirst(3).map { ($0.key, $0.value) })
    }
    #expect(written(.number(.below(0.5))) == ["type": "number", "exclusiveMaximum": 0.5])
    #expect(written(.number(.within(-1...1))) == ["type": "number", "minimum": -1, "maximum": 1])
    #expect(written(.integer()) == ["type": "integer"])
    #expect(written(.integer(1...Int.max)) == ["type": "integer", "minimum": 1])
  }
}

private let expected = #"""
  {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "$id": "https://example.org/sample.schema.json",
    "title": "Sample",
    "type": "object",
    "required": ["domain", "initial", "time"],
    "properties": {
      "$schema": {
        "type": "string"
      },
      "title": {
        "description": "What the run is about.",
        "type": "string"
      },
      "domain": {
        "description": "Where it happens.",
        "type": "object",
        "required": ["size", "points"],
        "properties": {
          "size": {
            "description": "Extent of each axis. Unit: mm.",
            "type": "array",
            "items": {
              "type": "number",
              "exclusiveMinimum": 0
            },
            "minItems": 1,
            "maxItems": 3
          },
          "points": {
            "description": "Points of each axis.",
            "type": "array",
            "items": {
              "type": "integer",
              "minimum": 2,
              "maximum": 65536
            },
            "minItems": 1,
            "maxItems": 3
          },
          "geometry": {
            "description": "Shape of space.",
            "type": "string",
            "enum": ["cartesian"],
            "enumDescriptions": ["One to three axes."],
            "default": "cartesian"
          },
          "unit": {
            "description": "Unit of length.",
            "type": "string",
            "default": "mm"
          }
        },
        "additionalProperties": false
      },
      "initial": {
        "description": "Fields at the start.",
        "type": "object",
        "propertyNames": {
          "minLength": 1
        },
        "additionalProperties": {
          "$ref": "#/definitions/value"
        }
      },
      "time": {
        "description": "How long.",
        "type": "object",
        "required": ["end"],
        "properties": {
          "end": {
            "description": "When it ends. Unit: day.",
            "type": "number",
            "exclusiveMinimum": 0,
            "examples": [10, 0.5]
          },
          "tolerance": {
            "description": "Error allowed per step, relative to max|u|.",
            "markdownDescription": "Error allowed per step, *relative* to `max|u|`.",
            "type": ["number", "object"],
            "exclusiveMinimum": 0,
            "maximum": 0.1,
            "required": ["relative"],
            "properties": {
              "relative": {
                "description": "Of each value.",
                "type": "number",
                "exclusiveMinimum": 0
              }
            },
            "additionalProperties": false,
            "default": 1e-4
          },
          "threads": {
            "description": "Workers. Default: as many as there are processors.",
            "type": "integer",
            "minimum": 0,
            "maximum": 1024
          }
        },
        "additionalProperties": false
      },
      "treatment": {
        "description": "Doses, in any order.",
        "type": "array",
        "items": {
          "$ref": "#/definitions/dose"
        },
        "minItems": 1
      },
      "boundary": {
        "description": "At the edges.",
        "allOf": [
          {
            "$ref": "#/definitions/boundary"
          }
        ],
        "default": "no-flux"
      },
      "overwrite": {
        "description": "Whether old files may be replaced.",
        "type": "boolean",
        "default": false
      },
      "taxis": {
        "description": "Not available yet (movement along gradients).",
        "doNotSuggest": true,
        "not": {}
      }
    },
    "additionalProperties": false,
    "definitions": {
      "value": {
        "type": ["number", "string"],
        "format": "expression"
      },
      "dose": {
        "type": "object",
        "required": ["at"],
        "properties": {
          "at": {
            "description": "When.",
            "type": ["number", "array"],
            "minimum": 0,
            "items": {
              "type": "number",
              "minimum": 0
            }
          },
          "then": {
            "description": "A dose that follows this one.",
            "allOf": [
              {
                "$ref": "#/definitions/dose"
              }
            ]
          }
        },
        "additionalProperties": false
      },
      "boundary": {
        "anyOf": [
          {
            "type": "string",
            "enum": ["no-flux", "periodic"],
            "enumDescriptions": ["Nothing leaves.", "Opposite sides are one."]
          },
          {
            "type": "object",
            "required": ["value"],
            "properties": {
              "value": {
                "description": "The value on the side.",
                "allOf": [
                  {
                    "$ref": "#/definitions/value"
                  }
                ]
              }
            },
            "additionalProperties": false
          },
          {
            "type": "object",
            "required": ["flux"],
            "properties": {
              "flux": {
                "description": "The inward flux.",
                "allOf": [
                  {
                    "$ref": "#/definitions/value"
                  }
                ]
              }
            },
            "additionalProperties": false
          }
        ]
      }
    }
  }
  """#
