import { z } from 'zod'
import { madeApiKey } from './api-keys.ts'
import { idOf, moment } from './moment.ts'
import { defineOperation } from './operation.ts'
import { pageOf, pageQuery } from './page.ts'

const brand = z
  .object({
    name: z.string().trim().min(1).max(100).optional(),
    color: z
      .string()
      .regex(/^#[0-9a-fA-F]{6}$/)
      .optional()
      .meta({ description: 'Of what is pressed, such as #0057ff; what is written on it stays readable' }),
    logo_url: z
      .string()
      .max(2048)
      .regex(/^https:\/\/[^\s"'<>]+$/)
      .optional(),
  })
  .meta({ id: 'WorkspaceBrand', description: 'How it shows itself to creators on the connect pages' })

const workspace = z
  .object({
    id: idOf('ws'),
    name: z.string(),
    approval_required: z.boolean().meta({
      description: 'Posts of keys without posts:approve wait for approval',
    }),
    own_approval_allowed: z.boolean().meta({ description: 'A key may approve posts that it made itself' }),
    creator_consent_required: z.boolean().meta({
      description: 'Direct posts are refused unless the creator is said to have agreed (consent)',
    }),
    brand: brand.nullable(),
    created_at: moment,
  })
  .meta({ id: 'Workspace' })

const name = z.string().trim().min(1).max(100).meta({ description: 'Shown to creators on the connect page' })
const params = z.object({ workspace_id: idOf('ws') })

export const listWorkspaces = defineOperation({
  id: 'workspaces.list',
  method: 'GET',
  path: '/v1/workspaces',
  summary: 'List workspaces',
  description: 'Keys with `workspaces:write` see all of the installation, others their own.',
  scope: 'workspaces:read',
  query: pageQuery,
  answer: pageOf(workspace),
  status: 200,
  errors: {},
})

const createWorkspace = defineOperation({
  id: 'workspaces.create',
  method: 'POST',
  path: '/v1/workspaces',
  summary: 'Make a workspace and its first API key',
  description:
    'The key is shown this once. It has every scope but `workspaces:write`, which stays with whoever runs the installation.',
  scope: 'workspaces:write',
  body: z.object({ name }),
  answer: z.object({ workspace, api_key: madeApiKey }),
  status: 201,
  errors: {},
})

const getWorkspace = defineOperation({
  id: 'workspaces.get',
  method: 'GET',
  path: '/v1/workspaces/{workspace_id}',
  summary: 'Read a workspace',
  scope: 'workspaces:read',
  params,
  answer: workspace,
  status: 200,
  errors: {},
})

const updateWorkspace = defineOperation({
  id: 'workspaces.update',
  method: 'PATCH',
  path: '/v1/workspaces/{workspace_id}',
  summary: 'Rename a workspace, or change its rules',
  scope: 'workspaces:write',
  params,
  body: z.object({
    name: name.optional(),
    approval_required: z.boolean().optional(),
    own_approval_allowed: z.boolean().optional(),
    creator_consent_required: z.boolean().optional(),
    brand: brand.nullable().optional().meta({ description: 'As a whole; null takes it away' }),
  }),
  answer: workspace,
  status: 200,
  errors: {},
})

export const workspaceOperations = [listWorkspaces, createWorkspace, getWorkspace, updateWorkspace] as const
