import Charts
import SearchSpaces
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
    #expect(TextTable([]).text == "")
    #expect(TextTable([["a\nb"]]).text == "a b\n---\n")
  }

  @Test func csvQuotesWhatNeedsIt() {
    #expect(
      CSVText.encode([["a", "b,c"], ["say \"hi\"", "two\nlines"], ["", "é"]])
        == "a,\"b,c\"\n\"say \"\"hi\"\"\",\"two\nlines\"\n,é\n"
    )
  }
}
