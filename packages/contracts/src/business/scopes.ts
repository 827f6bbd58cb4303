/**
 * Scopes of TikTok accounts in TikTok API for Business. They are asked for at the same consent page as those of TikTok
 * for Developers, by the key of a business app; names that both have are two different grants.
 */
import type { ScopeEntry } from '../scopes.ts'

const user = (title: string, consent: string): ScopeEntry => ({ title, consent, token: 'user' })

/** Names as seen in public client code; what is shown to the user is our own wording. */
export const accountScopes = {
  'user.info.basic': { ...user('Basic profile', 'Read your name and picture'), always: true },
  'user.info.username': user('Username', 'Read your username'),
  'user.info.profile': user('Profile details', 'Read your bio, profile link and verification status'),
  'user.info.stats': user('Profile counters', 'Read your follower, following, like and video counts'),
  'user.account.type': user('Account type', 'Read whether yours is a business account'),
  'user.insights': user('Account insights', 'Read figures about your profile and your followers'),
  'user.insights.creator': user('Creator insights', 'Read figures about you as a creator'),
  'video.list': user('Posts', 'Read your posts and their counts'),
  'video.insights': user('Post insights', 'Read detailed figures about your posts and their viewers'),
  'video.upload': user('Drafts', 'Send drafts to your inbox'),
  'video.publish': user('Publishing', 'Publish posts to your account'),
  'comment.list': user('Comments', 'Read the comments on your posts'),
  'comment.list.manage': user('Manage comments', 'Write, like, hide and delete comments on your posts'),
  'message.list.read': user('Messages', 'Read your direct messages'),
  'message.list.send': user('Send messages', 'Answer direct messages'),
  'message.list.manage': user('Manage messages', 'Manage your direct messages'),
  'biz.spark.auth': user('Spark Ads', 'Let your posts be used as ads'),
  'biz.ads.recommend': user('Ad recommendations', 'Read which posts would do well as ads'),
  'biz.brand.insights': user('Brand insights', 'Read figures about your brand'),
  'biz.creator.info': user('TikTok One profile', 'Read your TikTok One profile'),
  'biz.creator.insights': user('TikTok One insights', 'Read figures of your TikTok One profile'),
  'tcm.order.update': user('Campaign orders', 'Update orders of campaigns'),
  'tto.campaign.link': user('Campaign links', 'Link posts to campaigns'),
  'discovery.search.words': user('Search words', 'Read what people search for'),
} as const satisfies Record<string, ScopeEntry>

export type AccountScope = keyof typeof accountScopes
