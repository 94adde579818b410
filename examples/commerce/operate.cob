package commerce

// How the shop is operated: who shares the bus, and how a new version comes.

/// The shop itself, on a bus that other departments use too.
tenant webshop {
  limit:     2_000/s, burst 5_000
  store:     200GiB
  instances: 5_000_000
  price:     { message: 0.00001 EUR, mebibyte: 0.0005 EUR, instance: 0.0002 EUR, call: 0.00001 EUR }
}

/// One customer in twenty has the new version first, and always the same ones.
rollout Fulfil {
  new:     5% by order.id
  promote: after 1d when instances >= 500 && fault_rate <= old.fault_rate + 0.5%
  else:    roll back
}
