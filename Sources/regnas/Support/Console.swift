import Foundation

/// Data goes to standard output, everything else to standard error.
///
/// Neither may end the work: what standard error does not take is dropped (a run's `log.txt` has it
/// too). What standard output does not take ends the program with a status, never with a signal.
enum Console {
  /// Makes sure that the three standard descriptors are taken, so that no file of ours is ever opened
  /// under the number of a closed one and then written over with messages. Call first.
  static func claimDescriptors() {
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO]
    where fcntl(descriptor, F_GETFD) == -1 {
      // Opened for reading, so that writing to a closed standard output is still an error.
      // The lowest free number is `descriptor` itself.
      _ = open("/dev/null", O_RDONLY)
    }
  }

  /// Prints a line of data. Where that fails the program ends: quietly when the reader has gone
  /// (`| head`), with the status as of a program that SIGPIPE ended; else with an error and status 74.
  static func out(_ text: String) {
    let code = write(text + "\n", to: STDOUT_FILENO)
    guard code != 0 else { return }
    if code == EPIPE { exit(128 + SIGPIPE) }
    error(
      "error: standard output: cannot write: \(String(cString: strerror(code))). Send it to a place "
        + "that takes it and run again."
    )
    exit(ExitStatus.inputOutput.rawValue)
  }

  static func error(_ text: String) { errorText(text + "\n") }

  /// The same without ending the line.
  static func errorText(_ text: String) { _ = write(text, to: STDERR_FILENO) }

  /// Gives the system's `errno`, or 0.
  private static func write(_ text: String, to descriptor: Int32) -> Int32 {
    var text = text
    return text.withUTF8 { bytes in
      var rest = UnsafeRawBufferPointer(bytes)
      while !rest.isEmpty {
        let count = Foundation.write(descriptor, rest.baseAddress, rest.count)
        if count > 0 {
          rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
          continue
        }
        switch errno {
        case EINTR: continue
        case EAGAIN:
          // Whoever shares the pipe made it non-blocking.
          var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
          guard poll(&waiting, 1, 10_000) > 0 else { return EAGAIN }
        default: return errno
        }
      }
      return 0
    }
  }

  /// Any value as JSON with sorted keys.
  static func json(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    out(String(decoding: try encoder.encode(value), as: UTF8.self))
  }

  /// A value as JSON, or as the text for a reader.
  static func show(_ value: some Encodable, _ text: String, json isJSON: Bool) throws {
    if isJSON { try json(value) } else { out(text) }
  }

  static var errorIsTerminal: Bool {
    isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
  }

  /// Columns of the terminal, from `COLUMNS` or the device.
  static var columns: Int {
    if let text = ProcessInfo.processInfo.environment["COLUMNS"], let value = Int(text), value > 0 {
      return value
    }
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }
}
