import type { Order } from '../orders.js'
import { type Html, html } from './html.js'
import { alert, type Fault, type Frame, moment, page } from './layout.js'

const features = [
  [
    '/try',
    'One request, every credential',
    'See who it is taken for, what is decided and how long that took.',
  ],
  ['/devices', 'Sessions that end', 'Log a device out; it is refused by every process at once.'],
  ['/keys', 'API keys', 'With scopes and an expiry, shown once, rotated without an outage.'],
  [
    '/parcels',
    'Delegated access',
    'Another company’s program reads your orders if you say so, until you do not.',
  ],
  ['/phone', 'Tokens that refresh', 'A phone logs in once; a stolen copy ends with its family.'],
  ['/robot', 'Services', 'A program without a person, by client credentials.'],
] as const

function cards(): Html {
  const items = features.map(
    ([path, title, text]) =>
      html`<li class="card"><h2><a href="${path}">${title}</a></h2><p>${text}</p></li>`,
  )
  return html`<ul class="cards">${items}</ul>`
}

/** The first page. */
export function homePage(frame: Frame): string {
  const hero =
    frame.name === null
      ? html`<div class="hero"><h1>Who is asking, and are they allowed?</h1>
<p>A small business that takes orders, and every way in that Latchkey knows: sessions, API keys, tokens, and access that people lend to programs.</p>
<p class="acts"><a class="button" href="/login">Log in</a><a class="button quiet" href="/register">Sign up</a></p></div>`
      : html`<div class="hero"><h1>Hello, ${frame.name}</h1>
<p>You are logged in. Place an order, see where else you are logged in, or lend a program some of your rights.</p>
<p class="acts"><a class="button" href="/orders">Your orders</a><a class="button quiet" href="/try">Try it</a></p></div>`
  return page('Welcome', frame, html`${hero}${cards()}`)
}

const looks: Readonly<Record<Order['status'], string>> = {
  open: 'tint',
  sent: 'good',
  cancelled: '',
}

function row(order: Order, isAdmin: boolean): Html {
  const cancel =
    order.status === 'open'
      ? html`<form method="post" action="/orders/${order.id}/cancel"><button class="danger small" aria-label="Cancel order ${order.id}, ${order.item}">Cancel</button></form>`
      : null
  const buyer = isAdmin ? html` by ${order.buyer}` : null
  return html`<li><div><h2>${order.item}</h2><p class="soft">Order ${order.id}${buyer}, ${moment(order.orderedAt)}</p></div>
<span class="badge ${looks[order.status]}">${order.status}</span>${cancel}</li>`
}

/** The orders that somebody may see, and the form for another one. */
export function ordersPage(
  frame: Frame,
  orders: readonly Order[],
  fault: Fault | null = null,
): string {
  const list =
    orders.length === 0
      ? html`<p class="soft">No orders yet.</p>`
      : html`<ul class="rows">${orders.map((order) => row(order, frame.isAdmin))}</ul>`
  const whose = frame.isAdmin
    ? 'You administer the platform, so you see the orders of everybody.'
    : 'You see your own. The same policy filters this list and the one that the API gives.'
  const body = html`<h1>Orders</h1><p class="lead">${whose}</p>
<div class="card">${alert(fault)}<form method="post" action="/orders" class="inline">
<div><label for="item">What would you like?</label><input id="item" name="item" required maxlength="200" autocomplete="off"></div><button>Order</button></form></div>
<div class="card">${list}</div>`
  return page('Orders', frame, body)
}
