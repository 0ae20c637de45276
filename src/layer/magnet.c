/* The strongest magnet in plain words, a quiet line in the header: as long a sentence as there is
 * room for, left out while the pointer asks about another place. */
#include "layer/layer.h"
#include "scene/sentence.h"

#define AIR_PX 26.0 /* to what stands before and after it */

/* The cluster in view of the filters that pulls most; NULL: none. */
static const struct map_cluster *find_strongest(const struct layer_context *context,
                                                const struct scene_map *map) {
    const struct settings *settings = context->settings;
    const struct map_cluster *strongest = NULL;
    double most = 0;
    for (int i = 0; i < map->cluster_count; i++) {
        const struct map_cluster *cluster = &map->clusters[i];
        enum settings_side other = cluster->side == 0 ? SETTINGS_SIDE_SHORT : SETTINGS_SIDE_LONG;
        double share = sentence_cluster_usd(cluster, settings->band_hidden) / cluster->usd;
        if (settings->side != other && cluster->magnet_usd * share > most) {
            strongest = cluster;
            most = cluster->magnet_usd * share;
        }
    }
    return strongest;
}

void magnet_draw(struct layer_context *context) {
    const struct scene_map *map = layer_map_now(context);
    const struct map_cluster *cluster = map != NULL ? find_strongest(context, map) : NULL;
    double s = context->layout->scale;
    if (cluster == NULL || context->frame->pointer_inside) {
        return;
    }
    for (int length = 0; length < SENTENCE_LENGTH_COUNT; length++) {
        char text[SENTENCE_BYTES];
        const struct sentence_desc desc = {.length = (enum sentence_length)length,
                                           .price_decimals =
                                               cluster->price >= 1000 ? 0 : context->price_decimals,
                                           .band_hidden = context->settings->band_hidden,
                                           .learned = context->instrument->model.calibrated_ms != 0,
                                           .price_now = context->price};
        struct label label = {.utf8 = sentence_of_cluster(cluster, &desc, text),
                              .size_px = THEME_STATUS_PX,
                              .color = context->theme->text_dim,
                              .x = context->caption_right_px + AIR_PX * s,
                              .middle_y = context->layout->header.h * 0.74};
        struct camera_rect box = labels_measure(context->labels, &label);
        box.w += AIR_PX * s;
        if (box.x + box.w < legend_left_px(context) && labels_rect_fits(context->labels, box)) {
            labels_add(context->labels, &label);
            return;
        }
    }
}
