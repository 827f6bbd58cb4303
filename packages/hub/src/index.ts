export { type Hub, type HubParts, startHub } from './app.ts'
export { type Config, ConfigError, type Environment, parseConfig } from './config.ts'
export { DatabaseError } from './storage/database.ts'
export { exportDatabase, importDatabase } from './transfer-files.ts'
