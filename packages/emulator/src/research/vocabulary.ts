/** What people in the made-up world talk about. */
import { cumulative } from './mix.ts'

export interface Topic {
  /** The first is the commonest. */
  tags: readonly string[]
  phrases: readonly string[]
}

export const topics: readonly Topic[] = [
  {
    tags: ['dance', 'choreo', 'dancechallenge', 'moves', 'studio'],
    phrases: ['learned this in one evening', 'new choreo, slow at first', 'my cousin made me do it'],
  },
  {
    tags: ['comedy', 'funny', 'skit', 'pov', 'relatable'],
    phrases: ['when the meeting could be an email', 'every family has one', 'tell me I am wrong'],
  },
  {
    tags: ['food', 'recipe', 'cooking', 'soup', 'baking', 'streetfood'],
    phrases: ['five ingredients, one pot', 'the secret is the onions', 'grandma would approve'],
  },
  {
    tags: ['cats', 'dogs', 'pets', 'animal', 'rescue', 'parrot'],
    phrases: ['he does this every morning', 'adopted her last week', 'look at that face'],
  },
  {
    tags: ['music', 'cover', 'guitar', 'newmusic', 'piano', 'choir'],
    phrases: ['wrote this on the train', 'first take, be kind', 'chorus stuck in my head'],
  },
  {
    tags: ['beauty', 'makeup', 'skincare', 'hair', 'nails'],
    phrases: ['what I use every day', 'before and after', 'no filter this time'],
  },
  {
    tags: ['sport', 'football', 'running', 'gym', 'climbing', 'cycling'],
    phrases: ['day forty of training', 'that last minute', 'form check please'],
  },
  {
    tags: ['travel', 'roadtrip', 'hiking', 'citybreak', 'island'],
    phrases: ['three days, one backpack', 'worth the early train', 'nobody told me about this place'],
  },
  {
    tags: ['election', 'vote', 'politics', 'debate', 'parliament', 'campaign'],
    phrases: [
      'what the parties say about climate change',
      'how to register to vote',
      'who won the debate last night',
      'the ballot explained',
    ],
  },
  {
    tags: ['climate', 'climatechange', 'environment', 'energy', 'flood', 'heatwave'],
    phrases: ['what climate change does to our river', 'solar on every roof', 'the warmest month on record'],
  },
  {
    tags: ['health', 'mentalhealth', 'vaccine', 'sleep', 'nutrition'],
    phrases: ['what my doctor told me', 'three signs to look for', 'the study behind the headline'],
  },
  {
    tags: ['stem', 'science', 'physics', 'maths', 'space', 'chemistry'],
    phrases: ['why the sky is blue', 'proof without words', 'we launched a balloon'],
  },
  {
    tags: ['books', 'booktok', 'reading', 'poetry', 'library'],
    phrases: ['cried at chapter nine', 'books under two hundred pages', 'my shelf, sorted by mood'],
  },
  {
    tags: ['fashion', 'outfit', 'thrift', 'sewing', 'vintage'],
    phrases: ['thrifted, altered, worn', 'three ways to wear it', 'sewed it in a weekend'],
  },
  {
    tags: ['gaming', 'speedrun', 'retro', 'esports', 'indiegame'],
    phrases: ['found a shortcut', 'boss fight at last', 'my first game jam'],
  },
  {
    tags: ['diy', 'woodwork', 'garden', 'repair', 'upcycling'],
    phrases: ['fixed instead of thrown away', 'measure twice', 'from pallet to bench'],
  },
  {
    tags: ['learn', 'language', 'history', 'economics', 'law'],
    phrases: ['a word that has no translation', 'today in history', 'inflation in one minute'],
  },
  {
    tags: ['money', 'saving', 'housing', 'smallbusiness', 'crypto'],
    phrases: ['what rent buys you here', 'packing orders with me', 'read the small print'],
  },
]
export const topicShares = cumulative([17, 15, 10, 9, 8, 7, 7, 6, 5, 3, 4, 3, 3, 4, 5, 3, 3, 3])

/** Tags that go with anything. */
export const everywhere = ['fyp', 'foryou', 'viral', 'foryoupage', 'trending'] as const

/** Countries with their share of creators. */
export const regions =
  'US BR ID MX VN PH TH GB DE FR IT ES TR PL CA AU NL SE RO EG SA AR CO JP KR MY IE AT BE PT CZ GR HU DK FI NO CH UA ZA NG'.split(
    ' ',
  )
export const regionShares = cumulative([
  22, 11, 10, 8, 6, 5, 4, 4, 4, 4, 3, 3, 3, 2, 2, 2, 1.5, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0.5, 0.5, 0.6, 0.5, 0.5,
  0.5, 0.5, 0.4, 0.4, 0.4, 0.4, 0.4, 0.6, 0.6,
])

export const firstNames =
  'ada ben cleo dan ewa finn gia hugo ines jonas kira leo mina nils olga pia quin rosa sven tara uma vito wen yara zoe'.split(
    ' ',
  )
export const secondNames =
  'bakes bikes builds cooks dances draws films grows hikes jokes knits learns maps paints plays reads rides runs sails sews sings skates talks travels writes'.split(
    ' ',
  )

export const comments = [
  'this is exactly it',
  'where is this from?',
  'I needed that today',
  'no way',
  'part two please',
  'my sister does the same',
  'source?',
  'first time I disagree with you',
  'the dog in the back',
  'call me on 4059233930',
  'write to press@example.com',
] as const

export const goods =
  'cup lamp scarf notebook kettle tripod candle puzzle backpack plant knife mat mirror poster blanket'.split(
    ' ',
  )
