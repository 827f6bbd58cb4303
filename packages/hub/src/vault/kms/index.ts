export { type KeyWrappers, WRAPPER_SCHEMES, type WrapperScheme } from './key-wrapper.ts'
export { KmsError } from './service-call.ts'
export { createKeyWrappers, KMS_VARIABLE, type KmsSettings, readKmsSettings } from './settings.ts'
