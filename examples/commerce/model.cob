package commerce

use openapi "contracts/crm.yaml" as crm_api
use proto "contracts/pricing.proto" as pricing_api
use asyncapi "contracts/carrier.yaml" as carrier_api
use asyncapi "contracts/partners.yaml" as partners_api
use wsdl "contracts/ledger.wsdl" as ledger_api

/// What says something about a person.
label personal
/// What money can be taken with.
label financial is personal

enum Source { shop, mail, partner }

type Address { name: string @personal, street: string @personal, city: string @personal, country: string where matches(country, "^[A-Z]{2}$") }
type Line    { sku: string, qty: int where qty in 1..1000 }
type Card    { token: string @financial }
type Account { iban: string @financial where matches(iban, "^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$") }

/// How the customer pays: at once with a card, or by a transfer that we wait for.
union Payment { card: Card, transfer: Account }

/// What a customer wants, by whichever way it came.
type Order {
  id:      string where len(id) in 1..64
  source:  Source
  email:   string @personal
  ship_to: Address
  lines:   [Line] where len(lines) in 1..50
  payment: Payment
}

type Charge   { id: string, amount: money }
type Hold     { id: string }
type Parcel   { id: string, carrier: string }
type Decision { approved: bool, note: string? }
type Finding  { sku: string, qty: int where qty >= 0, resaleable: bool, note: string? }
type Receipt  { order: string, invoice: string, parcel: string, total: money }

fault Declined      { reason: string }
fault OutOfStock    { sku: string }
fault Rejected      { reason: string }
fault Unpaid        { order: string }
fault Cancelled     { order: string, by: string }
fault Lost          { order: string, parcel: string }
fault NotReturnable { order: string, reason: string }

/// The customer changes their mind.
event Cancellation { order: string, by: string }
/// The bank tells us about a transfer.
event TransferReceived { order: string, amount: money }
/// The carrier has scanned a parcel.
event ParcelScanned { parcel: string, stage: carrier_api.Stage, at: timestamp }
/// The parcel of a return has arrived at the warehouse.
event ReturnArrived { rma: string }
