/** What a seller asks before listing: categories, their attributes and rules, brands. */
import { type ShopCall, type ShopHandlers, ShopRefusal } from './call.ts'
import {
  type Attribute,
  attributesOf,
  type Category,
  categories,
  category,
  categoryChain,
  certifications,
  hasSizeChart,
  needsResponsiblePerson,
  recommendCategory,
  rulesFor,
} from './catalogue.ts'
import { newId } from './ids.ts'
import { pageOf, slice } from './paging.ts'

function leaf(id: string): Category {
  const found = category(id)
  if (found === undefined) throw new ShopRefusal(12052023, `category_id: there is no category ${id}.`)
  if (!found.leaf) throw new ShopRefusal(12052024, `category_id: ${id} is not a leaf category.`)
  return found
}

function listCategories({ query }: ShopCall): object {
  const keyword = query.optional('keyword')?.toLowerCase()
  const all = query.flag('include_prohibited_categories') === true
  return {
    categories: categories
      .filter(
        ({ name, restricted }) =>
          (all || restricted !== true) && (keyword === undefined || name.toLowerCase().includes(keyword)),
      )
      .map(({ id, parent, name, leaf: isLeaf, restricted }) => ({
        id,
        parent_id: parent,
        local_name: name,
        is_leaf: isLeaf,
        permission_statuses: [restricted === true ? 'PROHIBITED' : 'AVAILABLE'],
      })),
  }
}

/** `is_requried` is TikTok's own spelling. */
function attributeView({ id, name, kind, values, custom, multiple }: Attribute): Record<string, unknown> {
  return {
    id,
    name,
    type: kind,
    is_customizable: custom,
    is_multiple_selection: multiple,
    is_requried: false,
    values: values.map((value) => ({ ...value })),
  }
}

function getAttributes({ path, shop, now }: ShopCall): object {
  const { id } = leaf(path.category_id ?? '')
  const rules = rulesFor(id, shop.region, now)
  return {
    attributes: attributesOf(id).map((each) => {
      const own = rules.filter((rule) => rule.attribute === each.id)
      return {
        ...attributeView(each),
        is_requried: own.some(({ when }) => when === undefined),
        requirement_conditions: own.flatMap(({ when }) =>
          when === undefined
            ? []
            : [
                {
                  condition_type: 'VALUE_ID_MATCH',
                  attribute_id: when.attribute,
                  attribute_value_id: when.value,
                },
              ],
        ),
      }
    }),
  }
}

function getRules({ path, shop, now }: ShopCall): object {
  const { id } = leaf(path.category_id ?? '')
  const rules = rulesFor(id, shop.region, now)
  return {
    product_certifications: certifications
      .filter((each) => rules.some((rule) => rule.certification === each.id))
      .map((each) => ({ id: each.id, name: each.name, is_required: true, requirement_conditions: [] })),
    size_chart: { is_supported: hasSizeChart(id), is_required: false },
    cod: { is_supported: ['ID', 'MY', 'PH', 'TH', 'VN', 'SG'].includes(shop.region) },
    package_dimension: { is_required: shop.region !== 'US' },
    epr: { is_required: false },
    responsible_person: { is_required: needsResponsiblePerson(id, shop.region, now) },
    manufacturer: { is_required: false },
    allowed_special_product_types: ['PRE_ORDER'],
  }
}

const REGIONS = ['DE', 'ES', 'FR', 'GB', 'ID', 'IT', 'IE', 'JP', 'MY', 'PH', 'SG', 'TH', 'US', 'VN', 'MX']

/** Of all markets at once, for products that are sold in several. */
function getGlobalAttributes({ path, now }: ShopCall): object {
  const { id } = leaf(path.category_id ?? '')
  return {
    attributes: attributesOf(id).map((each) => {
      const required = REGIONS.filter((region) =>
        rulesFor(id, region, now).some((rule) => rule.attribute === each.id && rule.when === undefined),
      )
      return {
        ...attributeView(each),
        required_regions: required,
        optional_regions: REGIONS.filter((region) => !required.includes(region)),
        requirement_conditions: REGIONS.flatMap((region) =>
          rulesFor(id, region, now).flatMap(({ attribute, when }) =>
            attribute !== each.id || when === undefined
              ? []
              : [
                  {
                    condition_type: 'VALUE_ID_MATCH',
                    attribute_id: when.attribute,
                    attribute_value_id: when.value,
                    region,
                  },
                ],
          ),
        ),
      }
    }),
  }
}

function getGlobalRules({ path, now }: ShopCall): object {
  const { id } = leaf(path.category_id ?? '')
  const responsible = ['DE', 'ES', 'FR', 'IT', 'IE'].filter((region) =>
    needsResponsiblePerson(id, region, now),
  )
  return {
    product_certifications: certifications.map((each) => ({
      id: each.id,
      name: each.name,
      is_required: false,
      required_regions: REGIONS.filter((region) =>
        rulesFor(id, region, now).some((rule) => rule.certification === each.id),
      ),
    })),
    size_chart: { is_supported: hasSizeChart(id), is_required: false },
    responsible_person: { is_required: responsible.length > 0, required_regions: responsible },
    manufacturer: { is_required: false },
  }
}

function recommend({ body }: ShopCall): object {
  const found = recommendCategory(body.text('product_title'))
  return {
    leaf_category_id: found.id,
    categories: categoryChain(found.id).map(({ id, name, leaf: isLeaf }, at) => ({
      id,
      name,
      level: at + 1,
      is_leaf: isLeaf,
      permission_statuses: ['AVAILABLE'],
    })),
  }
}

function listBrands({ world, account, query }: ShopCall): object {
  const request = pageOf(query, { max: 100 })
  const name = query.optional('brand_name')?.toLowerCase()
  const own = [...world.brands.values()].filter(
    (brand) =>
      (brand.seller === undefined || brand.seller === account.id) &&
      (name === undefined || brand.name.toLowerCase().includes(name)),
  )
  const { items, ...rest } = slice(own, request)
  return {
    // `UNAUTHORIEZD` is TikTok's own spelling of the other one.
    brands: items.map(({ id, name: brand }) => ({
      id,
      name: brand,
      authorized_status: 'AUTHORIZED',
      brand_status: 'AVAILABLE',
      is_t1_brand: false,
    })),
    ...rest,
  }
}

function createBrand({ platform, world, account, body }: ShopCall): object {
  const name = body.text('name')
  const length = [...name].length
  if (length < 2) throw new ShopRefusal(12052189, 'name: must have at least 2 characters.')
  if (length > 30) throw new ShopRefusal(12052190, 'name: must have at most 30 characters.')
  if (/\d{5}/.test(name)) throw new ShopRefusal(12052192, 'name: must not hold five digits in a row.')
  if ([...world.brands.values()].some((brand) => brand.name.toLowerCase() === name.toLowerCase()))
    throw new ShopRefusal(12052205, 'name: there is such a brand already.')
  return { id: world.brands.put({ id: newId(platform, '7200'), name, seller: account.id }).id }
}

function recommendBrand({ world, account, body }: ShopCall): object {
  const title = body.optional('product_title')?.toLowerCase() ?? ''
  const found = [...world.brands.values()].find(
    ({ name, seller }) =>
      (seller === undefined || seller === account.id) && title.includes(name.toLowerCase()),
  )
  return found === undefined ? {} : { brand: { id: found.id, name: found.name } }
}

/** Each category's fields as a schema, for those who build a form from it. */
function listingSchemas({ query }: ShopCall): object {
  const errors: object[] = []
  const schemas = query.texts('category_ids', { required: true }).flatMap((id) => {
    const found = category(id)
    if (found?.leaf !== true) {
      errors.push({
        code: 12052023,
        message: 'There is no such leaf category.',
        detail: { category_id: Number(id) },
      })
      return []
    }
    const fields = attributesOf(id).map((each) => ({
      id: each.id,
      name: each.name,
      options: each.values.map((value) => ({ ...value })),
      rules: [{ type: 'customizable', value: String(each.custom) }],
      complex_values: [],
    }))
    return [{ category_id: Number(id), fields }]
  })
  return { listing_schemas: schemas, errors }
}

export const catalogueHandlers: ShopHandlers = {
  'product.GetCategories': listCategories,
  'product.GetGlobalCategories': listCategories,
  'product.GetAttributes': getAttributes,
  'product.GetGlobalAttributes': getGlobalAttributes,
  'product.GetCategoryRules': getRules,
  'product.GetGlobalCategoryRules': getGlobalRules,
  'product.RecommendCategory': recommend,
  'product.RecommendGlobalCategories': recommend,
  'product.GetBrands': listBrands,
  'product.CreateCustomBrands': createBrand,
  'product.RecommendBrand': recommendBrand,
  'product.ListingSchemas': listingSchemas,
}
