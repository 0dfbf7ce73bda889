import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { crudRoutes, given } from '../http/crud';
import { sendNothing } from '../http/envelope';
import { notSupportedChoice } from '../http/problems';
import { withOf, type Query } from '../http/query';
import type { ButtonRow } from '../store/moreRows';
import type { World } from '../world';

/** Buttons for websites; their key is the id of their source. facts: extended 7.4 */

const CREATE = z.strictObject({
	pipeline_id: z.number().int(),
	is_used_in_app: z.boolean().optional(),
	trusted_websites: z.array(z.string()),
	name: z.string().min(1).max(255).optional(),
});
const PATCH = z.strictObject({ id: z.number().int().optional(), name: z.string().min(1).max(255).optional(), trusted_websites: z.strictObject({ add: z.array(z.string()) }).optional() });

/** The deleted ones only where asked for. */
const isShown = (request: FastifyRequest, { is_deleted }: ButtonRow) => !is_deleted || withOf(request.query as Query).has('deleted');

export function websiteButtonRoutes(app: FastifyInstance, world: World): void {
	const { account, clock, switches } = world;
	const table = account.buttons;
	/** Creating goes on after the answer. */
	const isReady = ({ created_at = 0 }: ButtonRow) => clock.seconds() >= created_at + switches.buttonsTakeSeconds;
	const present = (row: ButtonRow, request: FastifyRequest) => ({
		account_id: account.info.id,
		source_id: row.id,
		button_id: isReady(row) ? row.id + 100_000 : null,
		name: row.name,
		pipeline_id: row.pipeline_id,
		creation_status: isReady(row) ? 'created' : 'pending',
		is_duplication_control_enabled: false,
		is_deleted: row.is_deleted,
		...(withOf(request.query as Query).has('scripts') && isReady(row) ? { script: `<script>/* button ${row.id} of the emulator */</script>` } : {}),
	});
	crudRoutes(app, world, {
		path: '/website_buttons',
		key: 'website_buttons',
		admin: 'writes',
		rows: (request) => [...table.values()].filter((row) => isShown(request, row)),
		present,
		get: { absent: 404 },
		list: {},
		create: {
			schema: CREATE,
			single: true,
			check: ({ pipeline_id }) => (account.pipelines.has(pipeline_id) ? [] : [notSupportedChoice('pipeline_id')]),
			make({ pipeline_id, trusted_websites, is_used_in_app = false, name }) {
				const id = table.nextId();
				return table.add({ id, name: name ?? `Button ${id}`, pipeline_id, trusted_websites, has_chat: false, is_used_in_app, is_deleted: false, created_at: clock.seconds() });
			},
			present: ({ id: source_id, trusted_websites, name }) => ({ source_id, trusted_websites, name }),
		},
		update: {
			schema: PATCH,
			apply(row, data) {
				const trusted_websites = [...new Set([...row.trusted_websites, ...(data.trusted_websites?.add ?? [])])];
				table.change(row, { ...given(data, 'name'), trusted_websites });
			},
			present: (row, request) => ({ ...present(row, request), trusted_websites: row.trusted_websites }),
		},
		acts: {
			'POST /online_chat': (row, _request, reply) => {
				table.change(row, { has_chat: true });
				return sendNothing(reply, 202);
			},
		},
	});
}
