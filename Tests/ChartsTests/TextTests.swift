import Charts
import Testing

@Suite struct TextTests {
  @Test func columnsAlign() {
    let table = TextTable([
      ["strategy", "best", "after 500"],
      ["random", "9.5", "0.71 ± 0.02"],
      ["regularized evolution", "10.25", "0.75 ± 0.01"],
      ["none"],
    ])
    #expect(
      table.text == """
        strategy                best    after 500
        ---------------------  -----  -----------
        random                   9.5  0.71 ± 0.02
        regularized evolution  10.25  0.75 ± 0.01
        none

        """
    )
    let plain = TextTable(
      header: ["layer", "output"],
      rows: [["stem", "8x28x28"], ["total", "7"]],
      rightAligned: [1],
      isRuled: false
    )
    #expect(plain.lines == ["layer   output", "stem   8x28x28", "total        7"])
    #expect(TextTable(header: [], rows: [["ab", "c"], ["d"]]).lines == ["ab  c", "d"])
    #expect(TextTable([]).text == "")
    #expect(TextTable([["a\nb"]]).text == "a b\n---\n")
  }

  @Test(arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (-1_234_567, "-1,234,567")])
  func digitsAreGrouped(_ number: Int, _ text: String) { #expect(grouped(number) == text) }

  @Test(arguments: [
    ("9999", "9999"), ("12346", "1.235e4"), ("21758655492572485851", "2.176e19"),
    ("99999", "1.000e5"), ("10001", "1.000e4"),
  ]) func longNumbersAreShortened(_ digits: String, _ text: String) {
    #expect(scientific(digits) == text)
  }

  @Test func csvQuotesWhatNeedsIt() {
    #expect(
      CSVText.encode([["a", "b,c"], ["say \"hi\"", "two\nlines"], ["", "é"]])
        == "a,\"b,c\"\n\"say \"\"hi\"\"\",\"two\nlines\"\n,é\n"
    )
  }
}
