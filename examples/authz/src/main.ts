import { createApp } from './app.js'

const port = Number(process.env.PORT ?? 3003)
const app = await createApp()
await app.listen({ port, host: '127.0.0.1' })
const url = `http://127.0.0.1:${port}`
const send = `curl -s -b jar -c jar -H 'sec-fetch-site: same-origin'`
console.log(`
Who may do what, by role:

${app.authz.matrix().text}
Paste these:

# bob reads what is published, shared with him or his own; the database filters
${send} -X POST ${url}/login/bob
${send} ${url}/documents

# he may not edit ann's, and may ask why
${send} -i -X PATCH ${url}/documents/d1 -H 'content-type: application/json' -d '{"title":"Mine"}' | head -1
${send} ${url}/documents/d1/why-not-edit

# of what belongs to another tenant he does not learn that it exists
${send} -i ${url}/documents/d5 | head -1

# mia publishes, after a second factor; a budget of 90000 is not hers to publish at all
${send} -X POST ${url}/login/mia
${send} -i -X POST ${url}/documents/d1/publish | grep -i -e HTTP -e www-authenticate
${send} -X POST ${url}/second-factor
${send} -i -X POST ${url}/documents/d1/publish | head -1
${send} -i -X POST ${url}/documents/d4/publish | head -1
`)
