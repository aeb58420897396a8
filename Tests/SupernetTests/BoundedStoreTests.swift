import RandomStreams
import Testing

@testable import Supernet

@Suite("Bounded store")
struct BoundedStoreTests {
  @Test func whatIsWorthMoreForItsSizeStays() {
    var store = BoundedStore<String, Int>(limit: 100)
    let fitted = [
      store.reserve("early and large", bytes: 60, worth: 1),
      store.reserve("late and small", bytes: 30, worth: 9),
      // Room is made by what is worth least, ...
      store.reserve("middle", bytes: 40, worth: 5),
      // ... and not for what is worth less still.
      store.reserve("early and large", bytes: 60, worth: 1),
      store.reserve("larger than all", bytes: 101, worth: 1000),
    ]
    #expect(fitted == [true, true, true, false, false])
    #expect(!store.holds("early and large") && store.holds("late and small"))
    #expect(store.bytes == 70)
  }

  @Test func whatIsNotUsedFallsBehind() {
    var store = BoundedStore<Int, Int>(limit: 100)
    _ = store.reserve(-1, bytes: 60, worth: 60)
    _ = store.reserve(-2, bytes: 40, worth: 400)
    var refusals = 0
    for key in 0..<20 where !store.reserve(key, bytes: 60, worth: 30) { refusals += 1 }
    #expect(refusals > 0 && !store.holds(-1))
    #expect(store.holds(-2) && store.bytes <= 100)
  }

  @Test func whatIsInUseStays() {
    var store = BoundedStore<String, Int>(limit: 100)
    let fitted = [
      store.reserve("in use", bytes: 60, worth: 1),
      store.reserve("better", bytes: 50, worth: 50, pinned: "in use"),
      store.reserve("better", bytes: 50, worth: 50),
    ]
    #expect(fitted == [true, false, true] && !store.holds("in use"))
  }

  /// Whatever comes, in any order.
  @Test func theLimitHolds() {
    var random = RandomStream(seed: 1, name: "bounded store")
    var store = BoundedStore<Int, Int>(limit: 1000)
    var sizes: [Int: Int] = [:]
    for _ in 0..<2000 {
      let key = random.uniform(below: 50)
      store.touch(random.uniform(below: 50))
      let bytes = sizes[key] ?? 1 + random.uniform(below: 700)
      sizes[key] = bytes
      if store.reserve(key, bytes: bytes, worth: Double(1 + random.uniform(below: 20))) {
        #expect(store.holds(key) && store[key] == nil || store[key] == key)
        if random.uniform() < 0.8 { store.fill(key, key) }
      }
      if random.uniform() < 0.2 { store.dropUnfilled() }
      let held = sizes.reduce(0) { $0 + (store.holds($1.key) ? $1.value : 0) }
      #expect(store.bytes == held && held <= 1000)
    }
  }
}
