/* Start-up for an emulated Cortex-M: copies data, clears bss, switches the FPU on, runs main, leaves through semihosting. */
#include <stdint.h>

extern uint32_t data_load, data_start, data_end, bss_start, bss_end, stack_top;
int main(void);
void semihost_puts(const char *text);

static void semihost(int operation, const void *argument)
{
    register int r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}

void semihost_puts(const char *text) { semihost(0x04, text); }

static void leave(int good)
{
    /* "application exit" ends the emulator with 0, "unknown run-time error" with 1. */
    semihost(0x18, (const void *)(good ? 0x20026 : 0x20023));
    for (;;) { }
}

static void fault(void)
{
    semihost_puts("FAULT\n");
    leave(0);
}

static void reset(void)
{
    uint32_t *from = &data_load, *to;
    for (to = &data_start; to < &data_end; to++) *to = *from++;
    for (to = &bss_start; to < &bss_end; to++) *to = 0;
#ifdef __ARM_FP
    *(volatile uint32_t *)0xE000ED88u |= 0xFu << 20;
    __asm__ volatile("dsb\nisb");
#endif
    leave(main() == 0);
}

__attribute__((section(".vectors"), used)) static void *const vectors[16] = {
    &stack_top, (void *)reset, (void *)fault, (void *)fault, (void *)fault, (void *)fault, (void *)fault, 0,
    0, 0, 0, (void *)fault, (void *)fault, 0, (void *)fault, (void *)fault
};
