import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { hrefLinks } from '../entities/present';
import { requestId } from '../entities/schemas';
import { crudRoutes, given } from '../http/crud';
import { fullUrl, originOf } from '../http/envelope';
import { notFound, unprocessable } from '../http/problems';
import { requireProduct } from '../http/product';
import { omit } from '../omit';
import type { AgentRow } from '../store/moreRows';
import type { World } from '../world';

/** AI agents of amoCRM ("Amma"), those of the calling integration. facts: extended 7.10 */

const MAX_PAGE = 50;
const MAX_OF_ACCOUNT = 10;

const text = z.string().min(1);
const mcp = z.strictObject({
	url: text.url().startsWith('https://'),
	transport: z.enum(['streamable-http', 'sse']).default('streamable-http'),
	headers: z.record(z.string()).default({}),
});
const AGENT = z.strictObject({
	name: text,
	description: text,
	system_prompt: text,
	ai_instructions: z.string().nullish(),
	avatar: z.string().nullish(),
	model_size: z.enum(['S', 'M', 'L']).optional(),
	is_active: z.boolean().optional(),
	mcp: mcp.nullish(),
	request_id: requestId,
});

export function agentRoutes(app: FastifyInstance, world: World): void {
	const { account, clock, switches } = world;
	const table = account.agents;
	const own = (clientId: string) => [...table.values()].filter(({ client_id }) => client_id === clientId);

	crudRoutes(app, world, {
		path: '/amma/agents',
		key: 'agents',
		name: { pattern: '[0-9a-f-]{36}', of: ({ uuid }: AgentRow) => uuid },
		rows(request): AgentRow[] {
			if (switches.aiAgents === 404) throw notFound(`Cannot ${request.method} ${fullUrl(request)}!`);
			requireProduct(switches.aiAgents, 'Amma');
			return own(request.caller.integration.clientId);
		},
		present(row, request) {
			return { ...omit(row, 'id', 'client_id'), account_id: account.info.id, _links: hrefLinks(originOf(request), `/amma/agents/${row.uuid}`) };
		},
		list: { max: MAX_PAGE },
		get: { absent: 404 },
		create: {
			schema: AGENT,
			checkAll(count, request) {
				const isFull = own(request.caller.integration.clientId).length + count > switches.agentsOfIntegration || table.size + count > Math.max(MAX_OF_ACCOUNT, switches.agentsOfIntegration);
				if (isFull) throw unprocessable('Agents limit reached');
			},
			make(data, request) {
				const now = clock.seconds();
				return table.add({
					id: table.nextId(),
					uuid: randomUUID(),
					client_id: request.caller.integration.clientId,
					name: data.name,
					description: data.description,
					system_prompt: data.system_prompt,
					ai_instructions: data.ai_instructions ?? null,
					avatar: data.avatar ?? null,
					model_size: data.model_size ?? 'M',
					is_active: data.is_active ?? true,
					mcp: data.mcp ?? null,
					created_at: now,
					updated_at: now,
				});
			},
		},
		update: {
			schema: AGENT.partial().extend({ id: z.number().int().optional() }),
			apply(row, data) {
				const named = given(data, 'name', 'description', 'system_prompt', 'ai_instructions', 'avatar', 'model_size', 'is_active', 'mcp');
				table.change(row, { ...named, updated_at: clock.seconds() });
			},
		},
		remove: { run: ({ id }) => void table.delete(id) },
	});
}
