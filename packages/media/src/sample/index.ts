export { makeSamplePhoto, type SamplePhotoOptions } from './sample-photo.ts'
export {
  makeSampleVideo,
  type SampleVideoOptions,
  sampleVideoChunks,
  sampleVideoStream,
  writeSampleVideo,
} from './sample-video.ts'
