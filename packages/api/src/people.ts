import { z } from 'zod'
import { idOf, moment } from './moment.ts'
import { defineOperation } from './operation.ts'
import { pageOf, pageQuery } from './page.ts'

const role = z.enum(['owner', 'approver', 'publisher', 'viewer']).meta({
  description:
    'viewer: reads; publisher: also posts, files and accounts; approver: also approves posts and overrules media findings; owner: everything of the workspace',
})

const person = z
  .object({
    id: idOf('per'),
    login: z.string(),
    name: z.string(),
    role,
    created_at: moment,
  })
  .meta({ id: 'Person' })

const invitation = z
  .object({
    id: idOf('inv'),
    role,
    url: z.string().meta({ description: 'Shown this once; whoever opens it makes the account. Used once.' }),
    expires_at: moment,
  })
  .meta({ id: 'PersonInvitation' })

const params = z.object({ person_id: idOf('per') })

const listPeople = defineOperation({
  id: 'people.list',
  method: 'GET',
  path: '/v1/people',
  summary: 'List who can sign in to the dashboard',
  scope: 'people:read',
  query: pageQuery,
  answer: pageOf(person),
  status: 200,
  errors: {},
})

const invitePerson = defineOperation({
  id: 'people.invite',
  method: 'POST',
  path: '/v1/people/invitations',
  summary: 'Invite somebody to the workspace',
  description: 'Answers a link; it is good for a week.',
  scope: 'people:write',
  body: z.object({ role }),
  answer: invitation,
  status: 201,
  errors: {},
})

const resetPassword = defineOperation({
  id: 'people.resetPassword',
  method: 'POST',
  path: '/v1/people/{person_id}/password-link',
  summary: 'Make a link by which somebody sets another password',
  description: 'Good for a day. Setting the password ends all of their sessions.',
  scope: 'people:write',
  params,
  answer: invitation,
  status: 201,
  errors: {},
})

const updatePerson = defineOperation({
  id: 'people.update',
  method: 'PATCH',
  path: '/v1/people/{person_id}',
  summary: 'Give somebody another role',
  description: 'At once, also where they are signed in. The last owner stays one.',
  scope: 'people:write',
  params,
  body: z.object({ role }),
  answer: person,
  status: 200,
  errors: {},
})

const removePerson = defineOperation({
  id: 'people.remove',
  method: 'DELETE',
  path: '/v1/people/{person_id}',
  summary: 'Remove somebody',
  description: 'Ends their sessions at once and erases login, name, password and passkeys.',
  scope: 'people:write',
  params,
  answer: null,
  status: 204,
  errors: {},
})

export const peopleOperations = [listPeople, invitePerson, resetPassword, updatePerson, removePerson] as const
