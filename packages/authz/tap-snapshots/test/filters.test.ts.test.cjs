/* IMPORTANT
 * This snapshot file is auto-generated, but designed for humans.
 * It should be checked into source control and tracked carefully.
 * Re-generate by setting TAP_SNAPSHOT=1 and running tests.
 * Make sure to inspect the output below.  Do not ignore changes!
 */
'use strict'
exports[`test/filters.test.ts > TAP > every query language says every filter > differs from a flag 1`] = `
{
 "postgres": {
  "text": "\\"b\\" <> $1",
  "params": [
   true
  ]
 },
 "sqlite": {
  "text": "\\"b\\" <> ?",
  "params": [
   1
  ]
 },
 "knex": [
  "\\"b\\" <> ?",
  [
   true
  ]
 ],
 "knexOnSqlite": [
  "\\"b\\" <> ?",
  [
   1
  ]
 ],
 "drizzle": [
  "\\"t\\".\\"b\\" <> $1",
  [
   true
  ]
 ],
 "prisma": {
  "b": {
   "not": true
  }
 }
}
`

exports[`test/filters.test.ts > TAP > every query language says every filter > differs from what cannot be kept 1`] = `
{
 "postgres": {
  "text": "\\"a\\" IS NOT NULL",
  "params": []
 },
 "sqlite": {
  "text": "\\"a\\" IS NOT NULL",
  "params": []
 },
 "knex": [
  "\\"a\\" IS NOT NULL",
  []
 ],
 "knexOnSqlite": [
  "\\"a\\" IS NOT NULL",
  []
 ],
 "drizzle": [
  "\\"t\\".\\"a\\" is not null",
  []
 ],
 "prisma": {
  "NOT": {
   "a": null
  }
 }
}
`

exports[`test/filters.test.ts > TAP > every query language says every filter > equals a text 1`] = `
{
 "postgres": {
  "text": "\\"a\\" = $1",
  "params": [
   "o'x"
  ]
 },
 "sqlite": {
  "text": "\\"a\\" = ?",
  "params": [
   "o'x"
  ]
 },
 "knex": [
  "\\"a\\" = ?",
  [
   "o'x"
  ]
 ],
 "knexOnSqlite": [
  "\\"a\\" = ?",
  [
   "o'x"
  ]
 ],
 "drizzle": [
  "\\"t\\".\\"a\\" = $1",
  [
   "o'x"
  ]
 ],
 "prisma": {
  "a": {
   "equals": "o'x"
  }
 }
}
`

exports[`test/filters.test.ts > TAP > every query language says every filter > equals what cannot be kept 1`] = `
{
 "postgres": {
  "text": "FALSE",
  "params": []
 },
 "sqlite": {
  "text": "FALSE",
  "params": []
 },
 "knex": [
  "FALSE",
  []
 ],
 "knexOnSqlite": [
  "FALSE",
  []
 ],
 "drizzle": [
  "FALSE",
  []
 ],
 "prisma": {
  "OR": []
 }
}
`

exports[`test/filters.test.ts > TAP > every query language says every filter > has a member 1`] = `
{
 "postgres": {
  "text": "\\"l\\" @> ARRAY[$1]::text[]",
  "params": [
   "x"
  ]
 },
 "sqlite": {
  "text": "EXISTS (SELECT 1 FROM json_each(\\"l\\") WHERE value = ?)",
  "params": [
   "x"
  ]
 },
 "knex": [
  "\\"l\\" @> ARRAY[?]::text[]",
  [
   "x"
  ]
 ],
 "knexOnSqlite": [
  "EXISTS (SELECT 1 FROM json_each(\\"l\\") WHERE value = ?)",
  [
   "x"
  ]
 ],
 "drizzle": [
  "\\"t\\".\\"l\\" @> ARRAY[$1]::text[]",
  [
   "x"
  ]
 ],
 "prisma": {
  "l": {
   "has": "x"
  }
 }
}
`

exports[`test/filters.test.ts > TAP > every query language says every filter > has a part 1`] = `
{
 "postgres": {
  "text": "strpos(\\"a\\", $1) > 0",
  "params": [
   "50%_\\\\"
  ]
 },
 "sqlite": {
  "text": "instr(\\"a\\", ?) > 0",
  "params": [
   "50%_\\\\"
  ]
 },
 "knex": [
  "strpos(\\"a\\", ?) > 0",
  [
   "50%_\\\\"
  ]
 ],
 "knexOnSqlite": [
  "instr(\\"a\\", ?) > 0",
  [
   "50%_\\\\"
  ]
 ],
 "drizzle": [
  "strpos(\\"t\\".\\"a\\", $1) > 0",
  [
   "50%_\\\\"
  ]
 ],
 "prisma": {
  "a": {
   "contains": "50\\\\%\\\\_\\\\\\\\"
  }
 }
}
`

exports[`test/filters.test.ts > TAP > every query language says every filter > has a part that cannot be kept 1`] = `
{
 "postgres": {
  "text": "FALSE",
  "params": []
 },
 "sqlite": {
  "text": "FALSE",
  "params": []
 },
 "knex": [
  "FALSE",
  []
 ],
 "knexOnSqlite": [
  "FALSE",
  []
 ],
 "drizzle": [
  "FALSE",
  []
 ],
 "prisma": {
  "OR": []
 }
}
`

exports[`test/filters.test.ts > TAP > every query language says every filter > has not a member 1`] = `
{
 "postgres": {
  "text": "NOT (\\"l\\" @> ARRAY[$1]::text[])",
  "params": [
   "x"
  ]
 },
 "sqlite": {
  "text": "(\\"l\\" IS NOT NULL AND NOT EXISTS (SELECT 1 FROM json_each(\\"l\\") WHERE value = ?))",
  "params": [
   "x"
  ]
 },
 "knex": [
  "NOT (\\"l\\" @> ARRAY[?]::text[])",
  [
   "x"
  ]
 ],
 "knexOnSqlite": [
  "(\\"l\\" IS NOT NULL AND NOT EXISTS (SELECT 1 FROM json_each(\\"l\\") WHERE value = ?))",
  [
   "x"
  ]
 ],
 "drizzle": [
  "NOT (\\"t\\".\\"l\\" @> ARRAY[$1]::text[])",
  [
   "x"
  ]
 ],
 "prisma": {
  "NOT": {
   "l": {
    "has": "x"
   }
  }
 }
}
`

exports[`test/filters.test.ts > TAP > every query language says every filter > has not a part 1`] = `
{
 "postgres": {
  "text": "strpos(\\"a\\", $1) = 0",
  "params": [
   "x"
  ]
 },
 "sqlite": {
  "text": "instr(\\"a\\", ?) = 0",
  "params": [
   "x"
  ]
 },
 "knex": [
  "strpos(\\"a\\", ?) = 0",
  [
   "x"
  ]
 ],
 "knexOnSqlite": [
  "instr(\\"a\\", ?) = 0",
  [
   "x"
  ]
 ],
 "drizzle": [
  "strpos(\\"t\\".\\"a\\", $1) = 0",
  [
   "x"
  ]
 ],
 "prisma": {
  "NOT": {
   "a": {
    "contains": "x"
   }
  }
 }
}
`

exports[`test/filters.test.ts > TAP > every query language says every filter > has not a part that cannot be kept 1`] = `
{
 "postgres": {
  "text": "\\"a\\" IS NOT NULL",
  "params": []
 },
 "sqlite": {
  "text": "\\"a\\" IS NOT NULL",
  "params": []
 },
 "knex": [
  "\\"a\\" IS NOT NULL",
  []
 ],
 "knexOnSqlite": [
  "\\"a\\" IS NOT NULL",
  []
 ],
 "drizzle": [
  "\\"t\\".\\"a\\" is not null",
  []
 ],
 "prisma": {
  "NOT": {
   "a": null
  }
 }
}
`

exports[`test/filters.test.ts > TAP > every query language says every filter > is above 1`] = `
{
 "postgres": {
  "text": "\\"n\\" > $1",
  "params": [
   -1
  ]
 },
 "sqlite": {
  "text": "\\"n\\" > ?",
  "params": [
   -1
  ]
 },
 "knex": [
  "\\"n\\" > ?",
  [
   -1
  ]
 ],
 "knexOnSqlite": [
  "\\"n\\" > ?",
  [
   -1
  ]
 ],
 "drizzle": [
  "\\"t\\".\\"n\\" > $1",
  [
   -1
  ]
 ],
 "prisma": {
  "n": {
   "gt": -1
  }
 }
}
`

exports[`test/filters.test.ts > TAP > every query language says every filter > is at least a big number 1`] = `
{
 "postgres": {
  "text": "\\"n\\" >= $1::float8",
  "params": [
   3000000000
  ]
 },
 "sqlite": {
  "text": "\\"n\\" >= ?",
  "params": [
   3000000000
  ]
 },
 "knex": [
  "\\"n\\" >= ?::float8",
  [
   3000000000
  ]
 ],
 "knexOnSqlite": [
  "\\"n\\" >= ?",
  [
   3000000000
  ]
 ],
 "drizzle": [
  "\\"t\\".\\"n\\" >= $1::float8",
  [
   3000000000
  ]
 ],
 "prisma": {
  "n": {
   "gte": 3000000000
  }
 }
}
`

exports[`test/filters.test.ts > TAP > every query language says every filter > is at most a fraction 1`] = `
{
 "postgres": {
  "text": "\\"n\\" <= $1::float8",
  "params": [
   1.5
  ]
 },
 "sqlite": {
  "text": "\\"n\\" <= ?",
  "params": [
   1.5
  ]
 },
 "knex": [
  "\\"n\\" <= ?::float8",
  [
   1.5
  ]
 ],
 "knexOnSqlite": [
  "\\"n\\" <= ?",
  [
   1.5
  ]
 ],
 "drizzle": [
  "\\"t\\".\\"n\\" <= $1::float8",
  [
   1.5
  ]
 ],
 "prisma": {
  "n": {
   "lte": 1.5
  }
 }
}
`

exports[`test/filters.test.ts > TAP > every query language says every filter > is below 1`] = `
{
 "postgres": {
  "text": "\\"n\\" < $1",
  "params": [
   1
  ]
 },
 "sqlite": {
  "text": "\\"n\\" < ?",
  "params": [
   1
  ]
 },
 "knex": [
  "\\"n\\" < ?",
  [
   1
  ]
 ],
 "knexOnSqlite": [
  "\\"n\\" < ?",
  [
   1
  ]
 ],
 "drizzle": [
  "\\"t\\".\\"n\\" < $1",
  [
   1
  ]
 ],
 "prisma": {
  "n": {
   "lt": 1
  }
 }
}
`

exports[`test/filters.test.ts > TAP > every query language says every filter > is none of 1`] = `
{
 "postgres": {
  "text": "\\"n\\" NOT IN ($1, $2::float8)",
  "params": [
   1,
   2.5
  ]
 },
 "sqlite": {
  "text": "\\"n\\" NOT IN (?, ?)",
  "params": [
   1,
   2.5
  ]
 },
 "knex": [
  "\\"n\\" NOT IN (?, ?::float8)",
  [
   1,
   2.5
  ]
 ],
 "knexOnSqlite": [
  "\\"n\\" NOT IN (?, ?)",
  [
   1,
   2.5
  ]
 ],
 "drizzle": [
  "\\"t\\".\\"n\\" not in ($1, $2::float8)",
  [
   1,
   2.5
  ]
 ],
 "prisma": {
  "n": {
   "notIn": [
    1,
    2.5
   ]
  }
 }
}
`

exports[`test/filters.test.ts > TAP > every query language says every filter > is none of nothing 1`] = `
{
 "postgres": {
  "text": "\\"a\\" IS NOT NULL",
  "params": []
 },
 "sqlite": {
  "text": "\\"a\\" IS NOT NULL",
  "params": []
 },
 "knex": [
  "\\"a\\" IS NOT NULL",
  []
 ],
 "knexOnSqlite": [
  "\\"a\\" IS NOT NULL",
  []
 ],
 "drizzle": [
  "\\"t\\".\\"a\\" is not null",
  []
 ],
 "prisma": {
  "NOT": {
   "a": null
  }
 }
}
`

exports[`test/filters.test.ts > TAP > every query language says every filter > is none of what cannot be kept 1`] = `
{
 "postgres": {
  "text": "\\"a\\" IS NOT NULL",
  "params": []
 },
 "sqlite": {
  "text": "\\"a\\" IS NOT NULL",
  "params": []
 },
 "knex": [
  "\\"a\\" IS NOT NULL",
  []
 ],
 "knexOnSqlite": [
  "\\"a\\" IS NOT NULL",
  []
 ],
 "drizzle": [
  "\\"t\\".\\"a\\" is not null",
  []
 ],
 "prisma": {
  "NOT": {
   "a": null
  }
 }
}
`

exports[`test/filters.test.ts > TAP > every query language says every filter > is not null 1`] = `
{
 "postgres": {
  "text": "\\"a\\" IS NOT NULL",
  "params": []
 },
 "sqlite": {
  "text": "\\"a\\" IS NOT NULL",
  "params": []
 },
 "knex": [
  "\\"a\\" IS NOT NULL",
  []
 ],
 "knexOnSqlite": [
  "\\"a\\" IS NOT NULL",
  []
 ],
 "drizzle": [
  "\\"t\\".\\"a\\" is not null",
  []
 ],
 "prisma": {
  "NOT": {
   "a": null
  }
 }
}
`

exports[`test/filters.test.ts > TAP > every query language says every filter > is null 1`] = `
{
 "postgres": {
  "text": "\\"a\\" IS NULL",
  "params": []
 },
 "sqlite": {
  "text": "\\"a\\" IS NULL",
  "params": []
 },
 "knex": [
  "\\"a\\" IS NULL",
  []
 ],
 "knexOnSqlite": [
  "\\"a\\" IS NULL",
  []
 ],
 "drizzle": [
  "\\"t\\".\\"a\\" is null",
  []
 ],
 "prisma": {
  "a": null
 }
}
`

exports[`test/filters.test.ts > TAP > every query language says every filter > is one of 1`] = `
{
 "postgres": {
  "text": "\\"a\\" IN ($1, $2)",
  "params": [
   "x",
   "z"
  ]
 },
 "sqlite": {
  "text": "\\"a\\" IN (?, ?)",
  "params": [
   "x",
   "z"
  ]
 },
 "knex": [
  "\\"a\\" IN (?, ?)",
  [
   "x",
   "z"
  ]
 ],
 "knexOnSqlite": [
  "\\"a\\" IN (?, ?)",
  [
   "x",
   "z"
  ]
 ],
 "drizzle": [
  "\\"t\\".\\"a\\" in ($1, $2)",
  [
   "x",
   "z"
  ]
 ],
 "prisma": {
  "a": {
   "in": [
    "x",
    "z"
   ]
  }
 }
}
`

exports[`test/filters.test.ts > TAP > every query language says every filter > is one of what cannot be kept 1`] = `
{
 "postgres": {
  "text": "FALSE",
  "params": []
 },
 "sqlite": {
  "text": "FALSE",
  "params": []
 },
 "knex": [
  "FALSE",
  []
 ],
 "knexOnSqlite": [
  "FALSE",
  []
 ],
 "drizzle": [
  "FALSE",
  []
 ],
 "prisma": {
  "OR": []
 }
}
`

exports[`test/filters.test.ts > TAP > every query language says every filter > nothing or nothing 1`] = `
{
 "postgres": {
  "text": "FALSE",
  "params": []
 },
 "sqlite": {
  "text": "FALSE",
  "params": []
 },
 "knex": [
  "FALSE",
  []
 ],
 "knexOnSqlite": [
  "FALSE",
  []
 ],
 "drizzle": [
  "FALSE",
  []
 ],
 "prisma": {
  "OR": []
 }
}
`

exports[`test/filters.test.ts > TAP > every query language says every filter > one and nothing 1`] = `
{
 "postgres": {
  "text": "FALSE",
  "params": []
 },
 "sqlite": {
  "text": "FALSE",
  "params": []
 },
 "knex": [
  "FALSE",
  []
 ],
 "knexOnSqlite": [
  "FALSE",
  []
 ],
 "drizzle": [
  "FALSE",
  []
 ],
 "prisma": {
  "OR": []
 }
}
`

exports[`test/filters.test.ts > TAP > every query language says every filter > one or nothing 1`] = `
{
 "postgres": {
  "text": "(\\"a\\" IS NULL)",
  "params": []
 },
 "sqlite": {
  "text": "(\\"a\\" IS NULL)",
  "params": []
 },
 "knex": [
  "(\\"a\\" IS NULL)",
  []
 ],
 "knexOnSqlite": [
  "(\\"a\\" IS NULL)",
  []
 ],
 "drizzle": [
  "\\"t\\".\\"a\\" is null",
  []
 ],
 "prisma": {
  "OR": [
   {
    "a": null
   }
  ]
 }
}
`

exports[`test/filters.test.ts > TAP > every query language says every filter > one or the other 1`] = `
{
 "postgres": {
  "text": "(\\"a\\" IS NULL OR (\\"a\\" = $1 AND \\"n\\" = $2))",
  "params": [
   "x",
   2
  ]
 },
 "sqlite": {
  "text": "(\\"a\\" IS NULL OR (\\"a\\" = ? AND \\"n\\" = ?))",
  "params": [
   "x",
   2
  ]
 },
 "knex": [
  "(\\"a\\" IS NULL OR (\\"a\\" = ? AND \\"n\\" = ?))",
  [
   "x",
   2
  ]
 ],
 "knexOnSqlite": [
  "(\\"a\\" IS NULL OR (\\"a\\" = ? AND \\"n\\" = ?))",
  [
   "x",
   2
  ]
 ],
 "drizzle": [
  "(\\"t\\".\\"a\\" is null or (\\"t\\".\\"a\\" = $1 and \\"t\\".\\"n\\" = $2))",
  [
   "x",
   2
  ]
 ],
 "prisma": {
  "OR": [
   {
    "a": null
   },
   {
    "AND": [
     {
      "a": {
       "equals": "x"
      }
     },
     {
      "n": {
       "equals": 2
      }
     }
    ]
   }
  ]
 }
}
`

exports[`test/filters.test.ts > TAP > rows in memory pass as they do in a database > must match snapshot 1`] = `
{
 "equals a text": "1000",
 "differs from a flag": "1000",
 "is below": "1000",
 "is at most a fraction": "1000",
 "is above": "1100",
 "is at least a big number": "0100",
 "is one of": "0000",
 "is none of": "1100",
 "is none of nothing": "1101",
 "is none of what cannot be kept": "1100",
 "is one of what cannot be kept": "0001",
 "has a part": "0100",
 "has not a part": "0001",
 "has a member": "1000",
 "has not a member": "0100",
 "has a part that cannot be kept": "0000",
 "has not a part that cannot be kept": "1101",
 "equals what cannot be kept": "0000",
 "differs from what cannot be kept": "1101",
 "is null": "0010",
 "is not null": "1101",
 "one or the other": "0010",
 "one or nothing": "0011",
 "one and nothing": "0000",
 "nothing or nothing": "0001"
}
`
