import HDF5
import Runs
import Search
import TestSupport
import Torch

/// A checkpoint with everything that a real one has, as small as can be.
package func smallCheckpoint(_ number: Int) throws -> Checkpoint {
  var checkpoint = Checkpoint()
  checkpoint.texts = [
    "configuration": "seed: \(number)\n", "phase": "members", "data-digest": "d",
    "supernet-digest": "s", "metrics-size": "0", "computer": "c",
  ]
  var members = MemberProgress()
  members.update = number
  members.strategy = ["policy/weight": try Tensor([0.5, Float(number)], shape: [1, 2])]
  checkpoint.set(try members.state(), under: "members/")
  checkpoint.set(
    [
      "search/architectures": try Tensor([1, 0] as [Int32], shape: [1, 2]),
      "search/predictions": try Tensor([2, 0, 1] as [Int32], shape: [1, 3]),
    ],
    under: "predictions/"
  )
  checkpoint.set(
    ["steps": try Tensor(Int64(5)), "supernet/w": try Tensor([0.25] as [Float], shape: [1])],
    under: "trainer/"
  )
  return checkpoint
}

/// Everything in a checkpoint, to compare.
package func content(_ checkpoint: Checkpoint) throws -> [String: [UInt8]] {
  var result = checkpoint.texts.mapValues { Array($0.utf8) }
  for (name, tensor) in checkpoint.tensors {
    result["tensors/" + name] =
      Array("\(tensor.elementType) \(tensor.shape) ".utf8) + (try tensor.bytes())
  }
  return result
}

/// A run's folder with checkpoints 1 and 2 in it.
package func folderWithTwoCheckpoints(_ folder: TemporaryFolder) throws {
  let run = try RunFolder.create(folder.path, overwrite: false)
  try run.write("seed: 1\n", to: "config.yaml")
  try folder.put(Array("{}\n".utf8), MetricsLog.name)
  let store = CheckpointStore(run, keep: 2)
  for number in 1...2 { try store.save(smallCheckpoint(number).snapshot()) }
}
