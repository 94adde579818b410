/// The 43 workflow control-flow patterns of Russell, ter Hofstede, van der Aalst and Mulyar, each as a small process
/// of an office that makes papers, with a test that would fail if the pattern meant something else.
package workflow

cloud office_cloud { jurisdiction: "FR" }

/// The people and machines of the office. Every operation may be asked twice for the same paper.
endpoint office: http {
  operation print(paper: string)   { post "/print" { body: { paper: paper } }, idempotent: true }
  operation sign(paper: string)    { post "/sign" { body: { paper: paper } }, idempotent: true }
  operation stamp(paper: string)   { post "/stamp" { body: { paper: paper } }, idempotent: true }
  operation mail(paper: string)    { post "/mail" { body: { paper: paper } }, idempotent: true }
  operation archive(paper: string) { post "/archive" { body: { paper: paper } }, idempotent: true }
  operation shred(paper: string)   { post "/shred" { body: { paper: paper } }, idempotent: true }

  /// What the reader thinks of the paper, from 0 to 10.
  operation review(paper: string, reader: string) -> int { post "/review" { body: { paper: paper, reader: reader } }, idempotent: true }

  on office_cloud { url: env.OFFICE_URL }
}

/// Somebody asks for a change of a paper.
event ChangeWanted { paper: string }
/// Somebody no longer wants a paper.
event Withdrawn { paper: string }
/// Somebody says that a paper is wanted at once.
event Urged { paper: string }
/// One more reader is found while others read already.
event ReaderFound { paper: string, reader: string }
/// A sheet of a paper comes out of the first or of the second printer.
event FrontPrinted { paper: string, sheet: int }
event BackPrinted { paper: string, sheet: int }
