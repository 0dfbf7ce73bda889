import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { requestId } from '../entities/schemas';
import { tagByName } from '../entities/tags';
import { crudRoutes } from '../http/crud';
import { intsOf, isRecord, textsOf } from '../http/query';
import { fieldNotExpected, notSupportedChoice, type FieldError } from '../http/problems';
import type { EntityType, TagRow } from '../store/rows';
import { walk } from '../store/table';
import type { World } from '../world';

/** Tag dictionaries, one per entity type; colors on leads only. facts: core 14 */

const COLORS = new Set(
	'EBEBEB D0D0D0 F2DDF7 D1A4DC FF8F92 FFC8C8 C7DB8C DDEBB5 8699DA AABDFF FFCE5A FFE193 90CDB0 C6F4DE A9A5D7 D8D5FF 86C0FC 832161 6A0F49 0C7C59 10599D 9D2B32 247BA0'.split(' '),
);

const color = z.string().nullish();
const CREATE = z.strictObject({ name: z.string().min(1).max(255), color, request_id: requestId });
const UPDATE = z.strictObject({ id: z.number().int().optional(), name: z.string().min(1).max(255).optional(), color, request_id: requestId });

export function tagRoutes(app: FastifyInstance, world: World, type: EntityType): void {
	const table = world.account.tags[type];
	const checkColor = (data: { color?: string | null }): FieldError[] => {
		if (data.color === undefined || data.color === null) return [];
		if (type !== 'leads') return [fieldNotExpected('color')];
		return COLORS.has(data.color.toUpperCase()) ? [] : [notSupportedChoice('color')];
	};
	const upper = (value: string | null | undefined) => value?.toUpperCase() ?? null;
	crudRoutes(app, world, {
		path: `/${type}/tags`,
		key: 'tags',
		get: false,
		rows: () => [...walk(table.sortedBy('name'), false)],
		present: ({ id, name, color: value }: TagRow) => ({ id, name, color: value }),
		list: {
			filter(query) {
				const filter = isRecord(query.filter) ? query.filter : {};
				const ids = intsOf(filter.id);
				const name = textsOf(filter.name)?.[0];
				const search = textsOf(query.query)?.[0]?.toLowerCase();
				return (tag) =>
					(!ids || ids.has(tag.id)) &&
					(name === undefined || tag.name === name) &&
					(search === undefined || tag.name.toLowerCase().includes(search));
			},
		},
		create: {
			schema: CREATE,
			check: (data) => checkColor(data),
			make(data) {
				const tag = tagByName(world.account, type, data.name);
				if (data.color && tag.color === null) table.change(tag, { color: upper(data.color) });
				return tag;
			},
		},
		...(type === 'leads'
			? {
					update: {
						schema: UPDATE,
						batch: true,
						check: (data: z.infer<typeof UPDATE>) => checkColor(data),
						apply(row: TagRow, data: z.infer<typeof UPDATE>) {
							table.change(row, { name: data.name ?? row.name, color: data.color === undefined ? row.color : upper(data.color) });
						},
					},
				}
			: {}),
	});
}
