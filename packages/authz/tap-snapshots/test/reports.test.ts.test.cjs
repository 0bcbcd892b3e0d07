/* IMPORTANT
 * This snapshot file is auto-generated, but designed for humans.
 * It should be checked into source control and tracked carefully.
 * Re-generate by setting TAP_SNAPSHOT=1 and running tests.
 * Make sure to inspect the output below.  Do not ignore changes!
 */
'use strict'
exports[`test/reports.test.ts > TAP > every part of a rule has words > must match snapshot 1`] = `
allow thing.read (a, n) to x or y of any tenant with scopes s with maxAge 1, acr p or q, amr r and s, bound when (a = caller.subject and not a ≠ "x" and not (n < 1 or n ≤ 2)) or (n > 1 and n ≥ 2 and a in ["p"] and a in caller.roles) or l contains "x" or a is null or the caller is the owner or always or never
`

exports[`test/reports.test.ts > TAP > the matrix shows which role may call which route > must match snapshot 1`] = `
route                   reader  editor  manager  auditor  needs
GET /admin              no      no      yes      no       acr mfa or phr, amr otp, bound dpop
GET /docs               yes     yes     yes      no
GET /docs/:id           if 1    if 1    if 2     yes
GET /export             no      no      if 3     no
GET /handler/:id        if 4    if 4    if 4     if 4
GET /handler/:id/read   if 1    if 1    if 2     yes
GET /me                 yes     yes     yes      yes
GET /tenants/:org       no      no      yes      no       tenant :org, bound
HEAD /probe             yes     yes     yes      no
POST /docs              no      yes     yes      no       scopes docs:write, maxAge 300
POST /docs/:id/publish  no      no      if 5     no
PUT /docs/:id           if 6    if 6    if 6     if 6

if 1: own tenant and the caller is the owner; or own tenant and status = "published"
if 2: own tenant
if 3: scopes docs:read and maxAge 60 and acr mfa
if 4: the handler says so
if 5: own tenant and not status = "archived" and maxAge 300
if 6: own tenant and the caller is the owner, unless status = "archived"

`

exports[`test/reports.test.ts > TAP > the policy describes itself > must match snapshot 1`] = `
{
  "roles": [
    {
      "name": "auditor",
      "includes": []
    },
    {
      "name": "editor",
      "includes": [
        "reader"
      ]
    },
    {
      "name": "manager",
      "includes": [
        "editor",
        "reader"
      ]
    },
    {
      "name": "reader",
      "includes": []
    }
  ],
  "permissions": [
    "document.create",
    "document.delete",
    "document.edit",
    "document.list",
    "document.publish",
    "document.read",
    "reports.export",
    "reports.view",
    "secret.open"
  ],
  "rules": [
    {
      "id": "audit",
      "effect": "allow",
      "permissions": [
        "document.read"
      ],
      "to": [
        "auditor"
      ],
      "when": "always",
      "fields": "all",
      "context": []
    },
    {
      "id": "export",
      "effect": "allow",
      "permissions": [
        "reports.export"
      ],
      "to": [
        "manager"
      ],
      "when": "always",
      "fields": "all",
      "context": [
        "acr",
        "maxAge",
        "scopes"
      ]
    },
    {
      "id": "frozen",
      "effect": "deny",
      "permissions": [
        "document.edit"
      ],
      "to": "everyone",
      "when": "status = \\"archived\\"",
      "fields": "all",
      "context": []
    },
    {
      "id": "keys",
      "effect": "allow",
      "permissions": [
        "secret.open"
      ],
      "to": [
        "manager"
      ],
      "when": "id = \\"s1\\"",
      "fields": "all",
      "context": []
    },
    {
      "id": "no salaries",
      "effect": "deny",
      "permissions": [
        "document.read"
      ],
      "to": [
        "auditor"
      ],
      "when": "always",
      "fields": [
        "salary"
      ],
      "context": []
    },
    {
      "id": "own",
      "effect": "allow",
      "permissions": [
        "document.read",
        "document.edit"
      ],
      "to": "everyone",
      "when": "the caller is the owner",
      "fields": "all",
      "context": [
        "subject"
      ]
    },
    {
      "id": "publish",
      "effect": "allow",
      "permissions": [
        "document.publish"
      ],
      "to": [
        "manager"
      ],
      "when": "not status = \\"archived\\"",
      "fields": "all",
      "context": [
        "maxAge"
      ]
    },
    {
      "id": "published",
      "effect": "allow",
      "permissions": [
        "document.read"
      ],
      "to": [
        "reader"
      ],
      "when": "status = \\"published\\"",
      "fields": [
        "id",
        "title",
        "status"
      ],
      "context": []
    },
    {
      "id": "role editor: document.create",
      "effect": "allow",
      "permissions": [
        "document.create"
      ],
      "to": [
        "editor"
      ],
      "when": "always",
      "fields": "all",
      "context": []
    },
    {
      "id": "role manager: document.read",
      "effect": "allow",
      "permissions": [
        "document.read"
      ],
      "to": [
        "manager"
      ],
      "when": "always",
      "fields": "all",
      "context": []
    },
    {
      "id": "role manager: reports.view",
      "effect": "allow",
      "permissions": [
        "reports.view"
      ],
      "to": [
        "manager"
      ],
      "when": "always",
      "fields": "all",
      "context": []
    },
    {
      "id": "role reader: document.list",
      "effect": "allow",
      "permissions": [
        "document.list"
      ],
      "to": [
        "reader"
      ],
      "when": "always",
      "fields": "all",
      "context": []
    }
  ],
  "routes": [
    {
      "route": "GET /admin",
      "requires": "roles manager, acr mfa or phr, amr otp, bound dpop"
    },
    {
      "route": "GET /docs",
      "requires": "can document.list"
    },
    {
      "route": "GET /docs/:id",
      "requires": "can document.read, resource, reads by document.read"
    },
    {
      "route": "GET /export",
      "requires": "permissions reports.export, reports.view"
    },
    {
      "route": "GET /handler/:id",
      "requires": "resource"
    },
    {
      "route": "GET /handler/:id/read",
      "requires": "can document.read"
    },
    {
      "route": "GET /tenants/:org",
      "requires": "permissions reports.view, tenant :org, bound"
    },
    {
      "route": "HEAD /docs",
      "requires": "can document.list"
    },
    {
      "route": "HEAD /probe",
      "requires": "can document.list"
    },
    {
      "route": "POST /docs",
      "requires": "scopes docs:write, can document.create, maxAge 300"
    },
    {
      "route": "POST /docs/:id/publish",
      "requires": "can document.publish, resource"
    },
    {
      "route": "PUT /docs/:id",
      "requires": "can document.edit, resource, writes by document.edit"
    }
  ]
}
`
