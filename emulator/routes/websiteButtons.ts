import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { requireAdmin } from '../http/caller';
import { cutPage, sendJson, sendNothing, sendPage } from '../http/envelope';
import { notFound, notSupportedChoice } from '../http/problems';
import { pagingOf, withOf, type Query } from '../http/query';
import type { ButtonRow } from '../store/moreRows';
import { parseObject } from '../validation/batch';
import type { World } from '../world';

/** Buttons for websites; their key is the id of their source. facts: extended 7.4 */

const CREATE = z.strictObject({
	pipeline_id: z.number().int(),
	is_used_in_app: z.boolean().optional(),
	trusted_websites: z.array(z.string()),
	name: z.string().min(1).max(255).optional(),
});
const PATCH = z.strictObject({ name: z.string().min(1).max(255).optional(), trusted_websites: z.strictObject({ add: z.array(z.string()) }).optional() });

type One = { Params: { sourceId: string } };

export function websiteButtonRoutes(app: FastifyInstance, world: World): void {
	const { account, switches } = world;
	const table = account.buttons;
	const one = '/website_buttons/:sourceId(^\\d+$)';
	const find = (request: FastifyRequest<One>): ButtonRow => {
		const row = table.get(Number(request.params.sourceId));
		if (!row || (row.is_deleted && !withOf(request.query as Query).has('deleted'))) throw notFound('Button not found');
		return row;
	};
	const present = (request: FastifyRequest, row: ButtonRow) => ({
		account_id: account.info.id,
		source_id: row.id,
		button_id: row.id + 100_000,
		name: row.name,
		pipeline_id: row.pipeline_id,
		creation_status: 'created',
		is_duplication_control_enabled: false,
		is_deleted: row.is_deleted,
		...(withOf(request.query as Query).has('scripts') ? { script: `<script>/* button ${row.id} of the emulator */</script>` } : {}),
	});

	app.get('/website_buttons', (request, reply) => {
		const query = request.query as Query;
		const paging = pagingOf(query);
		const rows = [...table.values()].filter(({ is_deleted }) => !is_deleted || withOf(query).has('deleted'));
		const page = cutPage(rows, paging);
		return sendPage(request, reply, 'website_buttons', { ...page, rows: page.rows.map((row) => present(request, row)) }, paging);
	});

	app.get<One>(one, (request, reply) => sendJson(reply, present(request, find(request))));

	app.post('/website_buttons', (request, reply) => {
		requireAdmin(request);
		const data = parseObject(request.body, CREATE, switches, ({ pipeline_id }) => (account.pipelines.has(pipeline_id) ? [] : [notSupportedChoice('pipeline_id')]));
		const id = table.nextId();
		const { pipeline_id, trusted_websites, is_used_in_app = false, name = `Button ${id}` } = data;
		table.add({ id, name, pipeline_id, trusted_websites, has_chat: false, is_used_in_app, is_deleted: false });
		return sendJson(reply, { source_id: id, trusted_websites, name });
	});

	app.patch<One>(one, (request, reply) => {
		requireAdmin(request);
		const row = find(request);
		const data = parseObject(request.body, PATCH, switches);
		const trusted_websites = [...new Set([...row.trusted_websites, ...(data.trusted_websites?.add ?? [])])];
		table.change(row, { name: data.name ?? row.name, trusted_websites });
		return sendJson(reply, { ...present(request, row), trusted_websites });
	});

	app.post<One>(`${one}/online_chat`, (request, reply) => {
		requireAdmin(request);
		table.change(find(request), { has_chat: true });
		return sendNothing(reply, 202);
	});
}
