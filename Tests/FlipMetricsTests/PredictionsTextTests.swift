import FlipMetrics
import Testing

@Suite struct PredictionsFileTests {
  @Test(arguments: ["2\n0\n1\n", "2\r\n0\r\n1", "prediction\n2\n0\n1\n\n", " 2\n0 \n1"])
  func readsLists(text: String) throws {
    let predictions = try Predictions(text: text, labels: [2, 1, 1], classCount: 3)
    #expect(predictions.classes == [2, 0, 1])
    #expect(predictions.isCorrect == [true, false, true])
  }

  @Test(arguments: [
    ("2\n0,4\n1\n", "line 2", "several columns"), ("2\nx\n1\n", "line 2", "not a whole number"),
    ("head\n2\n0\n3\n", "line 4", "not a class in 0..<3"),
    ("2\n-1\n1\n", "line 2", "not a class in 0..<3"), ("2\n\n1\n", "line 2", "blank"),
    ("2\n1.0\n1\n", "line 2", "not a whole number"),
    ("2\n0\n", "are for 2 images", "the split has 3"),
    ("", "are for 0 images", "the split has 3"),
    ("2\n0\n1\n1\n", "are for 4 images", "the split has 3"),
    ("99999999999999999999\n0\n1\n", "line 1", "not a whole number"),
  ])
  func namesTheLine(text: String, place: String, reason: String) {
    #expect {
      try Predictions(text: text, labels: [2, 1, 1], classCount: 3)
    } throws: { error in
      "\(error)".contains(place) && "\(error)".contains(reason)
    }
  }
}
