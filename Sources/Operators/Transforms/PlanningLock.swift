import CFFTW
import Glibc

/// FFTW plans one at a time; carrying plans out needs no lock.
final class PlanningLock: @unchecked Sendable {
  static let shared = PlanningLock()

  private let mutex: UnsafeMutablePointer<pthread_mutex_t>

  private init() {
    mutex = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
  }

  func withLock<Result>(_ body: () -> Result) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body()
  }
}

/// Plans under the lock, with memory aligned as the blocks to come.
func withPlanningBlocks<Result>(
  doubles: Int, _ body: (UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>) -> Result
) -> Result {
  let blocks = [fftw_alloc_real(doubles)!, fftw_alloc_real(doubles)!]
  defer { for block in blocks { fftw_free(block) } }
  return PlanningLock.shared.withLock { body(blocks[0], blocks[1]) }
}
