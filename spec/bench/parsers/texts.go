package main

// The parts below say what a part of syntaxtest.Generate says, as far as each
// language lets them.

const hclPart = `
// A line of order #.
type "Line#" {
  sku   = string
  qty   = int
  price = money
}

type "Customer#" {
  id    = string
  name  = labelled(string, "personal")
  email = labelled(string, "personal")
}

// What customer # wants.
type "Order#" {
  id       = string
  customer = "Customer#"
  lines    = list("Line#")
  total    = money
}

fault "Declined#" {
  reason = string
}

event "Shipped#" {
  order   = string
  carrier = string
}

endpoint "payments#" "http" {
  operation "charge" {
    params  = { order = string, amount = money, payer = "Customer#" }
    result  = "Charge#"
    post    = "/charges"
    body    = { order = order, amount = amount, payer = payer }
    timeout = "2s"
    error   = { 402 = "Declined#" }
  }
  operation "refund" {
    delete     = "/charges/${id}"
    idempotent = true
  }
  on "paris" {
    url  = env.PAY_PARIS
    cost = 0.002
    latency = [0.99, "120ms"]
  }
}

process "Fulfil#" {
  key      = order.id
  sla      = gold
  failover = continuity

  each {
    in   = order.lines
    fail = line.price > 1000 ? "price of ${line.sku} is too high" : null
  }

  // a person decides about large orders
  when {
    if   = order.total > 1000 && !order.approved
    task = approve(order, manager, "2d")
    else = declined("nobody decided in time")
  }

  call {
    target     = invoke(payments#.charge, order.id, order.total, order.customer)
    compensate = invoke(payments#.refund, charge.id)
  }

  select {
    on    = shipped# && shipped#.order == order.id
    value = { order = order.id, charge = charge.id, carrier = s.carrier }
    after = "7d"
  }
}
`

const cuePart = `
// A line of order #.
_Line#: {
	sku:   string
	qty:   int & >0
	price: number
}

_Customer#: {
	id:    string
	name:  string @personal()
	email: string @personal()
}

// What customer # wants.
_Order#: {
	id:       string
	customer: _Customer#
	lines: [..._Line#]
	total: number & >0
}

_Declined#: {
	reason: string
}

_Shipped#: {
	order:   string
	carrier: string
}

payments#: {
	kind: "http"
	operations: {
		charge: {
			params: {order: string, amount: number, payer: _Customer#}
			result: {id: string, amount: number}
			post:    "/charges"
			body: {order: params.order, amount: params.amount}
			timeout: "2s"
			error: "402": _Declined#
		}
		refund: {
			id:         string
			delete:     "/charges/\(id)"
			idempotent: true
		}
	}
	on: paris: {
		url:  string
		cost: 0.002
		latency: [0.99, "120ms"]
	}
}

fulfil#: {
	order:    _Order#
	key:      order.id
	sla:      "gold"
	failover: "continuity"

	dear: [for line in order.lines if line.price > 1000 {
		reason: "price of \(line.sku) is too high"
	}]

	// a person decides about large orders
	if order.total > 1000 {
		task: {role: "manager", due: "2d", form: order}
		else: _Declined# & {reason: "nobody decided in time"}
	}

	call: {
		target: payments#.operations.charge
		args: [order.id, order.total, order.customer]
		compensate: {target: payments#.operations.refund, args: [order.id]}
	}

	select: {
		on:    _Shipped# & {order: key}
		value: {order: key, carrier: on.carrier}
		after: "7d"
	}
}
`

const goHead = "package generated\n\nimport \"time\"\n"

const goPart = `
// Line# is a line of order #.
type Line# struct {
	SKU   string
	Qty   int
	Price money
}

type Customer# struct {
	ID    string
	Name  string ` + "`label:\"personal\"`" + `
	Email string ` + "`label:\"personal\"`" + `
}

// Order# is what customer # wants.
type Order# struct {
	ID       string
	Customer Customer#
	Lines    []Line#
	Total    money
}

type Declined# struct {
	Reason string
}

type Shipped# struct {
	Order   string
	Carrier string
}

var payments# = endpoint{
	kind: "http",
	charge: operation{
		post:    "/charges",
		body:    map[string]string{"order": "order", "amount": "amount", "payer": "payer"},
		timeout: 2 * time.Second,
		errors:  map[int]string{402: "Declined#"},
	},
	refund: operation{
		delete:     "/charges/" + id,
		idempotent: true,
	},
	on: map[string]binding{
		"paris":   {url: env("PAY_PARIS"), cost: 0.002, latency: 120 * time.Millisecond},
		"finland": {url: env("PAY_FINLAND"), cost: 0.010, latency: 300 * time.Millisecond},
	},
}

func fulfil#(p *process, order Order#) (Receipt#, error) {
	p.settings(order.ID, "gold", "continuity", "europe")

	for _, line := range order.Lines {
		if line.Price > 1000 {
			return Receipt#{}, Declined#{Reason: "price of " + line.SKU + " is too high"}
		}
	}

	// a person decides about large orders
	if order.Total > 1000 {
		decision, err := p.task("manager", 2*day, order)
		if err != nil {
			return Receipt#{}, Declined#{Reason: "nobody decided in time"}
		}
		if !decision.Approved {
			return Receipt#{}, Declined#{Reason: decision.Note}
		}
	}

	charge, err := payments#.charge.call(order.ID, order.Total, order.Customer)
	if err != nil {
		return Receipt#{}, err
	}
	p.compensate(func() { payments#.refund.call(charge.ID) })

	select {
	case s := <-p.shipped(order.ID):
		return Receipt#{Order: order.ID, Charge: charge.ID, Carrier: s.Carrier}, nil
	case <-p.after(7 * day):
		return Receipt#{}, Late#{Order: order.ID}
	}
}
`
