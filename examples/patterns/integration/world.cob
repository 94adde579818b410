package integration

/// A line of an order, as it goes from hand to hand.
type Line  { order: string, sku: string, qty: int }
type Order { id: string, region: string, lines: [Line] }
type Total { order: string, qty: int }

fault NotDone { reason: string }
event Placed { order: string }

/// What nobody can do anything with, wherever it came from.
channel failed: queue of json

cloud here { jurisdiction: "FR", failure_domain: "fr-1" }

endpoint catalog: http {
  operation name(sku: string) -> string { get "/names/${sku}" }
  operation weigh(sku: string) -> int { get "/weights/${sku}" }
  operation note(text: string) { post "/notes", body: text, idempotent: true }
  on here { url: env.CATALOG }
}

sample two: Order { id: "o-1", region: "north", lines: [{ order: "o-1", sku: "cup", qty: 2 }, { order: "o-1", sku: "pot", qty: 1 }] }
