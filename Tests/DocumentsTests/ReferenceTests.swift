import Documents
import Testing

@Suite struct ReferenceTests {
  @Test func referenceOfTheSampleIsThisPage() {
    #expect(sample.reference() == expected)
  }
}

private let expected = #"""
  | key | kind | default | meaning |
  | --- | --- | --- | --- |
  | `title` | string | – | What the run is about. |
  | `domain` | [object](#domain) | **required** | Where it happens. |
  | `initial` | object: field name → [value](#value) | **required** | Fields at the start. |
  | `time` | [object](#time) | **required** | How long. |
  | `treatment` | array of at least 1 ([dose](#dose)) | – | Doses, in any order. |
  | `boundary` | [boundary](#boundary) | `no-flux` | At the edges. |
  | `overwrite` | `true` or `false` | `false` | Whether old files may be replaced. |
  | `taxis` | – | – | *Not available yet:* movement along gradients. |

  ## `domain`

  | key | kind | default | meaning |
  | --- | --- | --- | --- |
  | `size` | array of 1 to 3 (number greater than 0 (mm)) | **required** | Extent of each axis. |
  | `points` | array of 1 to 3 (integer from 2 to 65536) | **required** | Points of each axis. |
  | `geometry` | `cartesian` | `cartesian` | Shape of space.<br>`cartesian`: One to three axes.<br>`spherical-radial`: *not available yet* (radial symmetry) |
  | `unit` | string | `mm` | Unit of length. |

  ## value

  - number
  - expression

  ## `time`

  | key | kind | default | meaning |
  | --- | --- | --- | --- |
  | `end` | number greater than 0 (day) | **required** | When it ends.<br>Examples: `10`, `0.5` |
  | `tolerance` | number greater than 0 and at most 0.1 or [object](#timetolerance) | `1e-4` | Error allowed per step, *relative* to `max\|u\|`. |
  | `threads` | integer from 0 to 1024 | as many as there are processors | Workers. |

  ## `time.tolerance`

  | key | kind | default | meaning |
  | --- | --- | --- | --- |
  | `relative` | number greater than 0 | **required** | Of each value. |

  ## dose

  | key | kind | default | meaning |
  | --- | --- | --- | --- |
  | `at` | number of at least 0 or array of (number of at least 0) | **required** | When. |
  | `then` | [dose](#dose) | – | A dose that follows this one. |

  ## boundary

  - `no-flux`: Nothing leaves.
  - `periodic`: Opposite sides are one.

  An object with `value`:

  | key | kind | default | meaning |
  | --- | --- | --- | --- |
  | `value` | [value](#value) | **required** | The value on the side. |

  An object with `flux`:

  | key | kind | default | meaning |
  | --- | --- | --- | --- |
  | `flux` | [value](#value) | **required** | The inward flux. |

  """#
