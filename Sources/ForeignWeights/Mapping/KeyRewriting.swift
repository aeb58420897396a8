import Foundation

/// How published checkpoints of the supernets, which use older names and two levels of nesting, are
/// brought to the names of the space. Source: `load_state_dict` of `OFAMobileNetV3` and `OFAResNets`
/// in mit-han-lab/once-for-all (f03b267), whose order of rewrites is kept.
///
/// The one difference: where the reference takes the first rewrite whose pattern occurs and fails
/// when the result is unknown, the next rewrite is tried. Every key that the reference loads goes to
/// the same place.
struct KeyRewriting {
  struct Rewrite {
    var pattern: String
    var replacement: String
  }

  /// The name of the block's convolution before it became `conv`. Applied to every key.
  static let older = Rewrite(pattern: ".mobile_inverted_conv.", replacement: ".conv.")

  /// Tried in order on a key that the space does not know: an elastic network's key for a static
  /// network, then the opposite.
  static let ordered = [
    Rewrite(pattern: ".bn.bn.", replacement: ".bn."),
    Rewrite(pattern: ".conv.conv.weight", replacement: ".conv.weight"),
    Rewrite(pattern: ".linear.linear.", replacement: ".linear."),
    Rewrite(pattern: ".linear.", replacement: ".linear.linear."),
    Rewrite(pattern: "bn.", replacement: "bn.bn."),
    Rewrite(pattern: "conv.weight", replacement: "conv.conv.weight"),
  ]

  /// The key of the space for a key of a checkpoint, or `nil`.
  static func target(of key: String, among known: (String) -> Bool) -> String? {
    let key = older(key)
    if known(key) { return key }
    for rewrite in ordered where key.contains(rewrite.pattern) {
      let rewritten = apply(rewrite, key)
      if known(rewritten) { return rewritten }
    }
    return nil
  }

  private static func older(_ key: String) -> String { apply(older, key) }

  private static func apply(_ rewrite: Rewrite, _ key: String) -> String {
    key.replacingOccurrences(of: rewrite.pattern, with: rewrite.replacement)
  }
}
