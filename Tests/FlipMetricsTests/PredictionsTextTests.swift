import FlipMetrics
import Testing

@Suite struct PredictionsFileTests {
  private static let names = ["traffic light", "a,b", "#3"]

  private func read(_ text: String, count: Int = 3) throws -> PredictionsText {
    try PredictionsText(text, classCount: 3, classNames: Self.names, count: count)
  }

  private func refusal(_ text: String, count: Int = 3) -> String {
    do { return "read: \(try read(text, count: count).classes)" } catch { return "\(error)" }
  }

  @Test(arguments: [
    "2\n0\n1\n", "2\r\n0\r\n1", "2\r0\r1\r", "prediction\n2\n0\n1\n\n", " 2\n0 \n\t1",
    "\u{FEFF}2\n0\n1\n \n", "2.000000000000000000e+00\n0.000000000000000000e+00\n1e0\n",
    "2.0\n-0\n+1\n", "\"2\"\n\"0\"\n\"1\"\n", "'2'\n'0'\n1\n", "# head\n2\n0\n# more\n1\n",
    "class1\n2\n0\n1\n", "#3\ntraffic light\na,b\n", "\"#3\"\n\"traffic light\"\n\"a,b\"\n",
    "class\n#3\ntraffic light\na,b\n",
  ])
  func readsLists(text: String) throws {
    #expect(try read(text).classes == [2, 0, 1])
  }

  @Test func readsPredictions() throws {
    let predictions = try Predictions(text: "2\n0\n1\n", labels: [2, 1, 1], classCount: 3)
    #expect(predictions.classes == [2, 0, 1])
    #expect(predictions.isCorrect == [true, false, true])
  }

  @Test(arguments: [
    ("2\n0,4\n1\n", "line 2", "several columns"), ("49 1\n3 1\n2 0\n", "line 1", "several columns"),
    ("2\t0\n0\t1\n1\t1\n", "line 1", "several columns"), ("2;0\n1;1\n0;1\n", "line 1", "several"),
    (",0\n0,2\n1,0\n2,1\n", "line 1", "several columns"),
    ("\"2\",\"0\"\n\"1\",\"1\"\n\"0\",\"1\"\n", "line 1", "several columns"),
    ("0.1 0.9 0.0\n1 0 0\n0 0 1\n", "line 1", "write the index of the largest"),
    ("2 0 1\n", "line 1", "one line per image"), ("[2, 0, 1]\n", "line 1", "one line per image"),
    ("2\nx\n1\n", "line 2", "not a whole number"), ("2\n0.5\n1\n", "line 2", "not a whole number"),
    ("head\n2\n0\n3\n", "line 4", "not a class in 0..<3"),
    ("2\n-1\n1\n", "line 2", "not a class in 0..<3"), ("2\n\n1\n", "line 2", "blank"),
    ("3\n1\n2\n", "line 1", "counted from 0"), ("2\nnan\n1\n", "line 2", "not a whole number"),
    ("2\n0x1\n1\n", "line 2", "not a whole number"), ("2\n٣\n1\n", "line 2", "not a whole number"),
    ("cat\ndog\ncat\n", "line 1", "neither a whole number nor the name of a class"),
    ("#3\n0\ntraffic light\n", "line 2", "other lines hold names"),
    ("0\na,b\n1\n", "line 2", "other lines hold numbers"),
    ("#3\nbus\ntraffic light\n", "line 2", "not the name of a class"),
    ("class\n0\n1\n", "line 1", "looks like a heading"),
    ("2\n0\n", "are for 2 images", "the split has 3"),
    ("", "are for 0 images", "the split has 3"),
    ("0\n2\n0\n1\n", "are for 4 images", "if the first is a heading"),
    ("99999999999999999999\n0\n1\n", "line 1", "not a whole number"),
  ])
  func namesTheLine(text: String, place: String, reason: String) {
    let refusal = refusal(text)
    #expect(refusal.contains(place) && refusal.contains(reason), "\(refusal)")
  }

  @Test func saysWhatItLeftOut() throws {
    #expect(try read("2\n0\n1\n").notes == [])
    #expect(try read("# a\n2\n0\n#b\n1\n").notes == ["left out 2 lines beginning with '#'"])
    #expect(try read("class1\n2\n0\n1\n").notes == ["took line 1, 'class1', for a heading"])
    #expect(try read("#3\n#3\na,b\n").notes == ["read names of classes"])
  }

  /// Classes that are called by numbers, sorted as text: a number is an index where it can be one.
  @Test func numbersThatAreNames() throws {
    let names = ["1", "10", "2"]
    let indices = try PredictionsText("1\n2\n0\n", classCount: 3, classNames: names, count: 3)
    #expect(indices.classes == [1, 2, 0] && indices.notes.isEmpty)
    let both = try PredictionsText("1\n2\n", classCount: 3, classNames: names, count: 2)
    #expect(both.classes == [1, 2])
    #expect(both.notes == ["read numbers as places in the list of classes, not as their names"])
    let named = try PredictionsText("1\n10\n2\n", classCount: 3, classNames: names, count: 3)
    #expect(named.classes == [0, 1, 2] && named.notes == ["read names of classes"])
    // A name that two classes have stands for neither.
    #expect(throws: FlipError.self) {
      try PredictionsText("a\nb\n", classCount: 3, classNames: ["a", "b", "a"], count: 2)
    }
  }
}
