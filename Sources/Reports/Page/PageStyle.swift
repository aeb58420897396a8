import Charts

/// How a report looks: wide and narrow, light and dark, on paper.
enum PageStyle {
  static let rules =
    LineChart.rules + "\n" + ScatterChart.rules + "\n" + """
      :root {
        color-scheme: light dark;
        --text: #24292f; --soft: #57606a; --paper: #ffffff; --raised: #f6f8fa; --rule: #d0d7de;
        --link: #0b5cad; --added: #d8f0e3; --changed: #fff1c9;
      }
      @media screen and (prefers-color-scheme: dark) {
        :root {
          --text: #e6edf3; --soft: #9da7b3; --paper: #0d1117; --raised: #161b22; --rule: #30363d;
          --link: #6cb6ff; --added: #12402c; --changed: #4a3a0a;
        }
      }
      * { box-sizing: border-box }
      body {
        margin: 0 auto; padding: 1.5rem 1rem 3rem; max-width: 84rem;
        font: 16px/1.5 system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif;
        color: var(--text); background: var(--paper);
      }
      h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .6rem }
      h2 { font-size: 1.25rem; margin: 2.4rem 0 .6rem; padding-top: .6rem;
        border-top: 1px solid var(--rule) }
      h3 { font-size: 1rem; margin: 1.4rem 0 .4rem }
      p { margin: .5rem 0; max-width: 60rem }
      a { color: var(--link) }
      .verdict { font-size: 1.12rem }
      .note { color: var(--soft); font-size: .92rem }
      nav { display: flex; flex-wrap: wrap; gap: .2rem 1rem; margin-top: 1rem; font-size: .9rem }
      .wide { overflow-x: auto; margin: .6rem 0 }
      table { border-collapse: collapse; font-size: .88rem; font-variant-numeric: tabular-nums }
      th, td { padding: .3rem .55rem; border-bottom: 1px solid var(--rule); text-align: left;
        vertical-align: top }
      th { background: var(--raised); font-weight: 600 }
      td.number, th.number { text-align: right }
      td.number { white-space: nowrap }
      th { vertical-align: bottom }
      td.code, code, pre { font-family: ui-monospace, 'DejaVu Sans Mono', monospace;
        font-size: .84rem }
      td.code { white-space: nowrap }
      td small { color: var(--soft); display: block }
      tr.found td { background: var(--changed) }
      tr.own td { font-weight: 600 }
      pre { background: var(--raised); border: 1px solid var(--rule); border-radius: 6px;
        padding: .7rem .9rem; overflow-x: auto; white-space: pre }
      details { margin: .5rem 0 }
      summary { cursor: pointer; color: var(--link) }
      .chart { overflow-x: auto; margin: .8rem 0 }
      .chart > svg { display: block; width: 100%; min-width: 34rem; max-width: 47.5rem;
        height: auto }
      .images { display: flex; flex-wrap: wrap; gap: .8rem; margin: .6rem 0 }
      .images figure { margin: 0; width: 10.5rem; border: 1px solid var(--rule);
        border-radius: 6px; padding: .5rem; font-size: .8rem; overflow-wrap: anywhere }
      .images img { display: block; width: 96px; height: 96px; object-fit: contain;
        image-rendering: pixelated; margin-bottom: .3rem; background: var(--raised) }
      .images b, .images span { display: block }
      ins { background: var(--added); text-decoration: none; display: block; padding: 0 .25rem }
      td div span { display: block; padding: 0 .25rem }
      td div { font-size: .8rem; white-space: nowrap }
      tr.changed td { background: var(--changed) }
      th[data-sort] { cursor: pointer }
      footer { margin-top: 3rem; color: var(--soft); font-size: .85rem }
      @media (max-width: 40rem) {
        body { padding: 1rem .7rem 2rem; font-size: 15px }
        h1 { font-size: 1.35rem }
        th, td { padding: .3rem .45rem }
        .images figure { width: calc(50% - .4rem) }
      }
      @media print {
        body { max-width: none; font-size: 10pt; padding: 0 }
        nav { display: none }
        .wide, .chart, pre { overflow: visible }
        table { font-size: 8pt }
        td div { white-space: normal }
        pre { white-space: pre-wrap }
        h2, h3, summary { break-after: avoid }
        tr, figure, .chart, .images figure { break-inside: avoid }
        details::details-content { content-visibility: visible; height: auto; display: block }
        a { color: inherit; text-decoration: none }
      }
      """
}
