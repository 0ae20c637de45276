#include "window/sound.h"

#include <SDL.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/math.h"
#include "base/stat.h"
#include "base/str.h"
#include "window/chime_wave.h"

/* What the device itself still holds after the queue is empty. */
enum { DEVICE_SAMPLES = 2048, TAIL_MS = 300 };

struct sound {
    bool inited; /* SDL's audio: asked for when the first chime is played */
    bool told;   /* that there is no device */
    SDL_AudioDeviceID device;
    Uint64 empty_ms; /* since when the queue is empty; 0: it is not */
    size_t counts[CHIME_COUNT];
    float *waves[CHIME_COUNT]; /* owned; NULL of CHIME_NONE */
    float scaled[CHIME_WAVE_SAMPLE_MAX];
};

struct sound *sound_create(void) {
    struct sound *sound = calloc(1, sizeof *sound);
    if (sound == NULL) {
        return NULL;
    }
    for (int i = CHIME_NONE + 1; i < CHIME_COUNT; i++) {
        size_t count = chime_wave_make((enum chime)i, sound->scaled);
        sound->waves[i] = malloc(count * sizeof *sound->waves[i]);
        if (sound->waves[i] == NULL) {
            sound_destroy(sound);
            return NULL;
        }
        SDL_memcpy(sound->waves[i], sound->scaled, count * sizeof *sound->waves[i]);
        sound->counts[i] = count;
    }
    return sound;
}

static void close_device(struct sound *sound) {
    if (sound->device != 0) {
        SDL_CloseAudioDevice(sound->device);
        sound->device = 0;
    }
}

void sound_destroy(struct sound *sound) {
    if (sound == NULL) {
        return;
    }
    close_device(sound);
    if (sound->inited) {
        SDL_QuitSubSystem(SDL_INIT_AUDIO);
    }
    for (int i = 0; i < CHIME_COUNT; i++) {
        free(sound->waves[i]);
    }
    free(sound);
}

static bool open_device(struct sound *sound) {
    const SDL_AudioSpec wanted = {
        .freq = CHIME_WAVE_HZ, .format = AUDIO_F32SYS, .channels = 1, .samples = DEVICE_SAMPLES};
    if (sound->device != 0 && SDL_GetAudioDeviceStatus(sound->device) == SDL_AUDIO_STOPPED) {
        close_device(sound); /* it was taken away */
    }
    if (sound->device != 0) {
        return true;
    }
    sound->inited = sound->inited || SDL_InitSubSystem(SDL_INIT_AUDIO) == 0;
    if (sound->inited) {
        sound->device = SDL_OpenAudioDevice(NULL, 0, &wanted, NULL, 0);
    }
    if (sound->device == 0) {
        if (!sound->told) {
            LOG_WARN("alerts: no sound: %s; no further word of it", SDL_GetError());
        }
        sound->told = true;
        return false;
    }
    SDL_PauseAudioDevice(sound->device, 0);
    return true;
}

void sound_play(struct sound *sound, enum chime chime, double volume) {
    const Uint32 queued_max = SOUND_QUEUE_SECONDS * CHIME_WAVE_HZ * (Uint32)sizeof(float);
    float gain = (float)math_clamp(volume, 0, 1);
    if (sound->waves[chime] == NULL || !open_device(sound) ||
        SDL_GetQueuedAudioSize(sound->device) > queued_max) {
        return;
    }
    size_t count = sound->counts[chime];
    for (size_t i = 0; i < count; i++) {
        sound->scaled[i] = sound->waves[chime][i] * gain;
    }
    if (SDL_QueueAudio(sound->device, sound->scaled, (Uint32)(count * sizeof(float))) == 0) {
        stat_add(STAT_sounds_played, 1);
    }
    sound->empty_ms = 0;
}

bool sound_rest(struct sound *sound) {
    if (sound->device == 0) {
        return false;
    }
    if (SDL_GetQueuedAudioSize(sound->device) > 0 &&
        SDL_GetAudioDeviceStatus(sound->device) != SDL_AUDIO_STOPPED) {
        sound->empty_ms = 0;
        return true;
    }
    Uint64 now_ms = SDL_GetTicks64();
    if (sound->empty_ms == 0) {
        sound->empty_ms = now_ms;
    }
    if (now_ms - sound->empty_ms < TAIL_MS) {
        return true;
    }
    close_device(sound);
    return false;
}
