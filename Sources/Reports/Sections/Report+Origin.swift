extension Report {
  var configurationSection: ReportSection {
    let changed = figures.configuration.filter(\.isChanged)
    func table(_ settings: [ReportFigures.Setting]) -> Table {
      Table(
        header: ["key", "value", "default"],
        rows: settings.map { setting in
          .init(
            [.text(setting.key), .text(setting.value), .text(setting.standard)],
            style: setting.isChanged ? "changed" : nil
          )
        },
        codes: [0]
      )
    }
    let rest = figures.configuration.filter { !$0.isChanged }
    return ReportSection(
      id: "configuration",
      title: "Configuration",
      content: [
        .paragraph("\(NumberText.count(changed.count, "key")) not at their defaults."),
        table(changed).markup,
        table(rest).folded("\(NumberText.count(rest.count, "key")) at their defaults"),
      ]
    )
  }

  var provenanceSection: ReportSection {
    let table = Table(
      header: ["what", "value"],
      rows: figures.provenance.map { .init([.text($0.name), .text($0.value)]) },
      codes: [1]
    )
    return ReportSection(id: "provenance", title: "Provenance", content: [table.markup])
  }

  var commandSection: ReportSection {
    let text: String
    if figures.studies != nil {
      text = "The description of the study gives it again:"
    } else if figures.family != nil {
      text = "The same version on the same computer gives the same bytes again:"
    } else {
      text = "What makes this run again:"
    }
    return ReportSection(
      id: "commands",
      title: "To repeat it",
      content: [
        .paragraph(text),
        .element("pre", [:], .text(figures.commands.joined(separator: "\n"))),
      ]
    )
  }
}
