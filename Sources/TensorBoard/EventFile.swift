import AtomicFiles
import Foundation

/// A file of curves that TensorBoard reads while it grows.
///
/// It begins with an event of the kind START at step 0, by which readers drop what files before it in
/// the folder said of the same steps.
final class EventFile {
  let path: String
  private let storage: any Storage
  private let descriptor: Int32

  /// Makes the file, which must not exist, with `points` in it.
  init(_ path: String, points: [CurvePoint], time: Double, storage: any Storage) throws {
    self.path = path
    self.storage = storage
    let beginning = [
      TensorBoardEvent.with {
        $0.wallTime = points.first?.time ?? time
        $0.fileVersion = "brain.Event:2"
      },
      .with {
        $0.wallTime = points.first?.time ?? time
        $0.sessionLog.status = .start
      },
    ]
    let bytes = try (beginning + points.map(TensorBoardEvent.init)).flatMap(EventRecord.bytes)
    do throws(StorageFault) {
      descriptor = try storage.create(path)
    } catch {
      throw StorageError(path, "make", code: error.code)
    }
    try write(bytes)
  }

  deinit { try? storage.close(descriptor) }

  /// Throws `StorageError`; the file may then end with a part of a record, and nothing may follow that.
  func append(_ point: CurvePoint) throws {
    try write(EventRecord.bytes(TensorBoardEvent(point)))
  }

  private func write(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      do {
        let count = try rest.withUnsafeBytes { try storage.write(descriptor, $0) }
        guard count > 0 else { throw StorageFault(EIO) }
        rest = rest.dropFirst(count)
      } catch let fault as StorageFault where fault.code == EINTR {
        continue
      } catch let fault as StorageFault {
        throw StorageError(path, "write", code: fault.code)
      }
    }
  }
}

/// Values of one step.
struct CurvePoint {
  var step: Int
  /// Seconds since 1970.
  var time: Double
  /// Not finite ones are left out: no axis has a place for them.
  var values: [(name: String, value: Double)]
}

extension TensorBoardEvent {
  init(_ point: CurvePoint) {
    self.init()
    wallTime = point.time
    step = Int64(point.step)
    summary.value = point.values.compactMap { name, value in
      guard value.isFinite else { return nil }
      return .with {
        $0.tag = name
        $0.simpleValue = Float(value)
      }
    }
  }
}
