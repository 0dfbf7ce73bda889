import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { checkEntity } from '../entities/check';
import { updateEntity } from '../entities/write';
import { html } from '../html/escape';
import { administrator } from '../http/caller';
import { notFound, ValidationProblem } from '../http/problems';
import type { World } from '../world';
import { entityCard, taskCard } from './card';
import { kanban, pipelinesOf } from './kanban';
import { page } from './layout';
import { entityList, LISTED, taskList } from './lists';
import { streamChanges } from './live';
import { viewOf, type View } from './view';

/** The account as people know it: a kanban, lists, cards and a live log of API calls. No part of the API. */

const ASSETS = { 'board.css': 'text/css; charset=utf-8', 'board.js': 'text/javascript; charset=utf-8' } as const;

/** The account's data comes from anywhere; nothing in it may run. */
const POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";

const MOVE = z.object({ pipeline_id: z.number().int(), status_id: z.number().int() });

export function boardRoutes(app: FastifyInstance, world: World): void {
	const { account } = world;
	const send = (reply: FastifyReply, text: string, status = 200) =>
		reply.code(status).header('content-security-policy', POLICY).header('cache-control', 'no-store').type('text/html; charset=utf-8').send(text);
	const show = (path: string, content: (view: View, id: number) => { title: string; body: ReturnType<typeof html> } | undefined) =>
		app.get<{ Params: { id?: string } }>(path, (request, reply) => {
			const view = viewOf(world, request, reply);
			const found = content(view, Number(request.params.id));
			if (found) return send(reply, page(view, found.title, found.body));
			return send(reply, page(view, view.texts.nothing, html`<p class="empty" id="missing">${view.texts.missing}</p>`), 404);
		});

	show('/', (view) => pipelinePage(view, account.mainPipeline?.id ?? 0));
	show('/leads/pipeline/:id(^\\d+$)', pipelinePage);
	for (const type of LISTED) {
		show(`/${type}/list/`, (view) => ({ title: view.texts[type], body: entityList(view, type) }));
		show(`/${type}/detail/:id(^\\d+$)`, (view, id) => {
			const row = account.entities(type).get(id);
			return row && !row.is_deleted ? { title: row.name ?? `#${id}`, body: entityCard(view, type, row) } : undefined;
		});
	}
	show('/todo/list/', (view) => ({ title: view.texts.tasks, body: taskList(view) }));
	show('/todo/detail/:id(^\\d+$)', (view, id) => {
		const task = account.tasks.get(id);
		return task ? { title: task.text, body: taskCard(view, task) } : undefined;
	});

	for (const [name, type] of Object.entries(ASSETS)) {
		const text = readFileSync(join(__dirname, 'assets', name), 'utf8');
		app.get(`/board/${name}`, (_request, reply) => reply.type(type).header('cache-control', 'no-cache').send(text));
	}
	app.get('/board/live', (request, reply) => streamChanges(viewOf(world, request, reply), reply));
	app.post<{ Params: { id: string } }>('/board/leads/:id(^\\d+$)/stage', (request) => moveLead(world, request));
}

function pipelinePage(view: View, id: number) {
	const pipeline = pipelinesOf(view).find((candidate) => candidate.id === id);
	return pipeline && { title: pipeline.name, body: kanban(view, pipeline) };
}

/** A card dropped on another stage: the same path as PATCH /leads, so events and webhooks follow. */
function moveLead(world: World, request: FastifyRequest<{ Params: { id: string } }>): object {
	const lead = world.account.leads.get(Number(request.params.id));
	if (!lead || lead.is_deleted || lead.is_unsorted) throw notFound('No such lead');
	const move = MOVE.safeParse(request.body);
	if (!move.success) throw new ValidationProblem([]);
	const errors = checkEntity(world, 'leads', move.data, lead);
	if (errors.length > 0) throw new ValidationProblem([{ errors }]);
	updateEntity(world, administrator(world), 'leads', lead, move.data);
	return { id: lead.id, ...move.data };
}
