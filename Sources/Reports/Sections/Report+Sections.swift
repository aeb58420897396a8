// The parts of a report, in their order.
extension Report {
  var lead: [Markup] {
    var lead: [Markup] = [.element("p", ["class": "verdict"], .text(figures.verdict))]
    if !figures.notes.isEmpty {
      lead.append(
        .element("ul", ["class": "note"], figures.notes.map { .element("li", [:], .text($0)) })
      )
    }
    return lead
  }

  /// Those that this report has.
  var sections: [ReportSection] {
    var sections: [ReportSection] = []
    if let family = figures.family { sections.append(memberSection(family)) }
    if let studies = figures.studies { sections += StudySections(studies).sections }
    if let evaluations = figures.evaluations, evaluations.count > 0 {
      sections.append(evaluationSection(evaluations))
    }
    if let family = figures.family, !figures.flips.isEmpty {
      sections += [flipSection(family), classSection, gallerySection]
    }
    if let blocks = figures.blocks { sections.append(blockSection(blocks)) }
    if !figures.curves.isEmpty { sections.append(curveSection) }
    if !figures.configuration.isEmpty { sections.append(configurationSection) }
    if !figures.provenance.isEmpty { sections.append(provenanceSection) }
    if !figures.commands.isEmpty { sections.append(commandSection) }
    return sections
  }
}
