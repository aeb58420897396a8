import ArgumentParser
import AtomicFiles
import Configuration
import Controller
import Decisions
import Delivery
import Evaluation
import FlipMetrics
import ForeignWeights
import Foundation
import HDF5
import ImageData
import Latency
import Networks
import Predicting
import Runs
import Search
import SearchSpaces
import Supernet
import TensorFiles
import Torch
import Training

/// The one place where errors become exit statuses (the numbers of sysexits.h).
enum ExitStatus: Int32 {
  case failure = 1
  case usage = 64
  case badData = 65
  case missingInput = 66
  case deviceUnavailable = 69
  case inputOutput = 74
  case busy = 75
  /// `--max-time` is over and the work is saved, not done: as timeout(1) has it.
  case timeOut = 124

  /// Prints what went wrong and ends the process. ArgumentParser words its own errors (and help).
  static func exit(with error: any Error) -> Never {
    if let stop = error as? Interrupted {
      Foundation.exit(stop.signal == 0 ? timeOut.rawValue : 128 + stop.signal)
    }
    if let status = status(of: error) {
      Console.error("error: \(error)")
      Foundation.exit(status.rawValue)
    }
    let code = RegNAS.exitCode(for: error)
    let text = code.isSuccess ? RegNAS.fullMessage(for: error) : refusal(of: error)
    if !text.isEmpty {
      if code.isSuccess { Console.out(text) } else { Console.error(text) }
    }
    Foundation.exit(code.rawValue)
  }

  /// What ArgumentParser says about options, on one line, and where to read on.
  private static func refusal(of error: any Error) -> String {
    let message = RegNAS.message(for: error)
    guard !message.isEmpty else { return "" }
    let help = RegNAS.fullMessage(for: error).split(separator: "\n")
      .map { $0.trimmingCharacters(in: .whitespaces) }
      .last { $0.hasPrefix("See '") }
    let parts = message.split(whereSeparator: \.isNewline)
      .map { $0.trimmingCharacters(in: .whitespaces) }
    let text = parts.joined(separator: " ")
    let end = text.last.map { ".?!".contains($0) } == true ? " " : ". "
    return "error: " + text + (help.map { end + $0 } ?? "")
  }

  /// nil for errors that are not ours.
  static func status(of error: any Error) -> ExitStatus? {
    switch error {
    case let error as HDF5Error: file(error.kind)
    case is OutputError: .usage
    case let error as StorageError: storage(error)
    case let error as RunError: run(error)
    case let error as ImageDataError: images(error.kind)
    case let error as DeviceError: error.isName ? .deviceUnavailable : .usage
    case is ConfigurationError, is DecisionError, is SpaceError, is NetworkError: .usage
    case let error as ImportError: checkpoint(error.cause)
    case TrainingError.diverged: .failure
    case is SupernetError, is TrainingError, is TensorFileError, is FlipError, is LatencyError:
      .badData
    case EvaluationError.malformedState: .badData
    case is EvaluationError: .failure
    case PredictingError.impossible: .usage
    case is PredictingError: .badData
    case let error as ControllerError: controller(error)
    case let error as DeliveryError: delivery(error)
    case is TorchScriptError: .badData
    case is TorchError: .failure
    default: nil
    }
  }

  private static func file(_ kind: HDF5Error.Kind) -> ExitStatus {
    switch kind {
    case .missingFile: .missingInput
    case .foreignFile, .damagedFile, .missingObject, .mismatch: .badData
    case .inputOutput: .inputOutput
    case .busy: .busy
    case .misuse: .failure
    }
  }

  private static func storage(_ error: StorageError) -> ExitStatus {
    if error.isMissingFile { return .missingInput }
    if error.isFolder { return .badData }
    return error.code == ENOMEM ? .failure : .inputOutput
  }

  private static func images(_ kind: ImageDataError.Kind) -> ExitStatus {
    switch kind {
    case .missingFile: .missingInput
    case .badData: .badData
    case .notEnoughImages, .alreadyExists, .misuse: .usage
    case .inputOutput: .inputOutput
    }
  }

  private static func controller(_ error: ControllerError) -> ExitStatus {
    switch error {
    case .invalidConfiguration: .usage
    case .invalidTable, .invalidState: .badData
    case .neverAsked, .rewardNotFinite, .infeasible: .failure
    }
  }

  private static func checkpoint(_ cause: ImportError.Cause) -> ExitStatus {
    switch cause {
    case .missing: .missingInput
    case .unreadable: .inputOutput
    default: .badData
    }
  }

  private static func delivery(_ error: DeliveryError) -> ExitStatus {
    switch error {
    case .noSuchMember: .usage
    case .wrongPredictions, .notReadBack: .failure
    case .otherImages: .badData
    }
  }

  private static func run(_ error: RunError) -> ExitStatus {
    switch error {
    case .exists, .fileInTheWay, .impossibleBudget, .unfinished: .usage
    case .notARun, .notARunButFile, .beingReplaced, .missingInput, .inputIsAway, .supernetIsAway:
      .missingInput
    case .noRoom, .notAFolder: .inputOutput
    case .busy: .busy
    case .noUsableCheckpoint, .mismatch, .invalidInput, .folderInTheWay: .badData
    }
  }
}
