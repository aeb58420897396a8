extension String {
  /// The message of a function of `CCodecs`, which ends with a zero.
  package init(codecs message: [CChar]) {
    self.init(decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
