/**
 * What the server asks of `better-sqlite3`, over the SQLite that Node has: that package would be compiled at its
 * installation, and a machine with Node and npm alone has no compiler.
 */
import { DatabaseSync } from 'node:sqlite'

const bound = (values = []) =>
  values.map((value) => (typeof value === 'boolean' ? Number(value) : (value ?? null)))

/** Bytes come as `Buffer` from that package. */
const asBuffers = (row) => {
  for (const [name, value] of Object.entries(row))
    if (value instanceof Uint8Array) row[name] = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  return row
}

class Statement {
  #statement

  constructor(statement) {
    this.#statement = statement
    this.reader = statement.columns().length > 0
  }

  all(values) {
    return this.#statement.all(...bound(values)).map(asBuffers)
  }

  run(values) {
    return this.#statement.run(...bound(values))
  }

  *iterate(values) {
    for (const row of this.#statement.iterate(...bound(values))) yield asBuffers(row)
  }
}

export default class Database {
  #database

  constructor(location, { timeout = 5000 } = {}) {
    this.#database = new DatabaseSync(location, { timeout })
  }

  prepare(sql) {
    return new Statement(this.#database.prepare(sql))
  }

  pragma(text) {
    return this.#database.prepare(`PRAGMA ${text}`).all()
  }

  close() {
    this.#database.close()
  }
}
